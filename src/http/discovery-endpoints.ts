import { createHash } from "node:crypto";
import type { Call } from "./call.js";
import type { Reply } from "./route.js";

/** `GET /.well-known/jwks.json` (RFC 7517 section 5) */
export async function getJwks({ request, parts }: Call): Promise<Reply> {
  const { keys } = parts.accounts;
  return cacheable(request, keys.jwks, keys.cacheSeconds);
}

/** `GET /.well-known/latchkey.json`: the issuer, its algorithms, and where things are. */
export async function getLatchkey({ request, parts }: Call): Promise<Reply> {
  const { url, accounts } = parts;
  const body = {
    issuer: url,
    algorithms: [...new Set(accounts.keys.jwks.keys.map((key) => key.alg))],
    audiences: accounts.settings.audiences,
    access_seconds: accounts.settings.accessSeconds,
    jwks_uri: `${url}/.well-known/jwks.json`,
    signup_endpoint: `${url}/signup`,
    token_endpoint: `${url}/token`,
    refresh_endpoint: `${url}/token/refresh`,
    me_endpoint: `${url}/me`,
  };
  return cacheable(request, body, accounts.keys.cacheSeconds);
}

/** `GET /health/live`: the process answers. */
export async function getLive(): Promise<Reply> {
  return { body: { status: "live" } };
}

/** `GET /health/ready`: the database answers, and the server is not about to stop. */
export async function getReady({ parts }: Call): Promise<Reply> {
  await parts.requireReady();
  return { body: { status: "ready" } };
}

/** RFC 9110 section 13.1.2: who names the present entity tag is told that nothing has changed. */
function cacheable(request: Request, body: object, seconds: number): Reply {
  const etag = `"${createHash("sha256").update(JSON.stringify(body)).digest("base64url")}"`;
  const headers = { etag, "cache-control": `public, max-age=${seconds}` };
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*") ? { status: 304, headers } : { body, headers };
}
