import {
  type DiscoveryAnswer,
  endpointsOf,
  type HealthAnswer,
  type JwksAnswer,
  type OpenApiAnswer,
} from "./answers.js";
import type { Call } from "./call.js";
import { type Published, publish } from "./published.js";
import type { Reply } from "./route.js";

/** `GET /.well-known/jwks.json` (RFC 7517 section 5) */
export function getJwks({ parts }: Call): Published<JwksAnswer> {
  return publish(parts.accounts.keys.jwks, parts.accounts.keys.cacheSeconds);
}

/** `GET /.well-known/latchkey.json`: the issuer, its algorithms, and where things are. */
export function getLatchkey({ parts }: Call): Published<DiscoveryAnswer> {
  const { keys, settings } = parts.accounts;
  const body = {
    ...endpointsOf(parts.url),
    algorithms: [...new Set(keys.jwks.keys.map((key) => key.alg))],
    audiences: settings.audiences,
    access_seconds: settings.accessSeconds,
  };
  return publish(body, keys.cacheSeconds);
}

/** `GET /openapi.json` */
export function getOpenApi({ parts }: Call): Published<OpenApiAnswer> {
  return parts.openApi();
}

/** `GET /health/live`: the process answers. */
export async function getLive(): Promise<Reply<HealthAnswer>> {
  return { body: { status: "live" } };
}

/** `GET /health/ready`: the database answers, and the server is not about to stop. */
export async function getReady({ parts }: Call): Promise<Reply<HealthAnswer>> {
  await parts.requireReady();
  return { body: { status: "ready" } };
}
