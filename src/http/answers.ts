import { z } from "zod";
import { STATUS } from "../guard/refusal.js";
import { documented } from "./documented.js";

const id = z.uuid();
const instant = z.iso.datetime();

const ADA = "01a1ffde-4e64-7c6c-a340-1bd7e11e97e7";
const SESSION = "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4";
const NOON = "2027-01-15T12:00:00.000Z";
const ISSUER = "https://auth.example.com";

/** Who is calling. */
export interface MeAnswer {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly created_at: string;
}

export const meAnswer: z.ZodType<MeAnswer> = documented(
  "Me",
  { id: ADA, username: "ada", email: "ada@example.com", roles: ["editor"], created_at: NOON },
  z.strictObject({
    id,
    username: z.string(),
    email: z.string().nullable(),
    roles: z.array(z.string()),
    created_at: instant,
  }),
);

/** The tokens of RFC 6749 section 5.1; without `refresh_token` where that is in the cookie, with `user` where it was asked for. */
export interface TokensAnswer {
  readonly token: string;
  readonly user_id: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly refresh_token?: string | undefined;
  readonly user?: MeAnswer | undefined;
}

export const tokensAnswer: z.ZodType<TokensAnswer> = documented(
  "Tokens",
  {
    token: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIs…",
    user_id: ADA,
    token_type: "Bearer",
    expires_in: 600,
    refresh_token: "lkr_AT3cTBMBof_e…",
  },
  z.strictObject({
    token: z.string(),
    user_id: id,
    token_type: z.literal("Bearer"),
    expires_in: z.int().min(1),
    refresh_token: z.string().optional(),
    user: meAnswer.optional(),
  }),
);

/** The living sessions of who is calling. */
export interface SessionsAnswer {
  readonly sessions: readonly {
    readonly id: string;
    readonly current: boolean;
    readonly device: string | null;
    readonly address: string | null;
    readonly transport: "body" | "cookie";
    readonly created_at: string;
    readonly last_used_at: string;
    readonly expires_at: string;
  }[];
}

const session = z.strictObject({
  id,
  current: z.boolean(),
  device: z.string().nullable(),
  address: z.string().nullable(),
  transport: z.enum(["body", "cookie"]),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant,
});

export const sessionsAnswer: z.ZodType<SessionsAnswer> = documented(
  "Sessions",
  {
    sessions: [
      {
        id: SESSION,
        current: true,
        device: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        address: "192.0.2.7",
        transport: "cookie",
        created_at: NOON,
        last_used_at: NOON,
        expires_at: "2027-01-22T12:00:00.000Z",
      },
    ],
  },
  z.strictObject({ sessions: z.array(session) }),
);

/** The public keys (RFC 7517 section 5). */
export interface JwksAnswer {
  readonly keys: readonly object[];
}

const member = z.string().optional();

export const jwksAnswer: z.ZodType<JwksAnswer> = documented(
  "Jwks",
  {
    keys: [
      {
        kty: "EC",
        use: "sig",
        alg: "ES256",
        kid: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        crv: "P-256",
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      },
    ],
  },
  z.strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.enum(["EC", "RSA", "OKP"]),
        use: z.literal("sig"),
        alg: z.string(),
        kid: z.string(),
        crv: member,
        x: member,
        y: member,
        n: member,
        e: member,
      }),
    ),
  }),
);

/** The issuer, its algorithms, and where things are. */
export interface DiscoveryAnswer {
  readonly issuer: string;
  readonly algorithms: readonly string[];
  readonly audiences: readonly string[];
  readonly access_seconds: number;
  readonly jwks_uri: string;
  readonly openapi_uri: string;
  readonly signup_endpoint: string;
  readonly token_endpoint: string;
  readonly refresh_endpoint: string;
  readonly me_endpoint: string;
  readonly password_endpoint: string;
  readonly sessions_endpoint: string;
}

/** What stands in the discovery of a server at `issuer` that is no matter of its settings. */
export function endpointsOf(issuer: string): Omit<DiscoveryAnswer, "algorithms" | "audiences" | "access_seconds"> {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    openapi_uri: `${issuer}/openapi.json`,
    signup_endpoint: `${issuer}/signup`,
    token_endpoint: `${issuer}/token`,
    refresh_endpoint: `${issuer}/token/refresh`,
    me_endpoint: `${issuer}/me`,
    password_endpoint: `${issuer}/me/password`,
    sessions_endpoint: `${issuer}/me/sessions`,
  };
}

const place = z.url();

export const discoveryAnswer: z.ZodType<DiscoveryAnswer> = documented(
  "Discovery",
  { ...endpointsOf(ISSUER), algorithms: ["ES256"], audiences: [ISSUER], access_seconds: 600 },
  z.strictObject({
    issuer: place,
    algorithms: z.array(z.string()),
    audiences: z.array(z.string()),
    access_seconds: z.int().min(1),
    jwks_uri: place,
    openapi_uri: place,
    signup_endpoint: place,
    token_endpoint: place,
    refresh_endpoint: place,
    me_endpoint: place,
    password_endpoint: place,
    sessions_endpoint: place,
  }),
);

/** The state of the server. */
export interface HealthAnswer {
  readonly status: "live" | "ready";
}

export const healthAnswer: z.ZodType<HealthAnswer> = documented(
  "Health",
  { status: "ready" },
  z.strictObject({ status: z.enum(["live", "ready"]) }),
);

/** An OpenAPI document. */
export interface OpenApiAnswer {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

export const openApiAnswer: z.ZodType<OpenApiAnswer> = documented(
  "OpenApi",
  { openapi: "3.1.0", info: { title: "Latchkey", version: "1" }, paths: {} },
  z.looseObject({
    openapi: z.string(),
    info: z.record(z.string(), z.unknown()),
    paths: z.record(z.string(), z.unknown()),
  }),
);

/** A refusal (RFC 9457): `reason` where a token was refused, `errors` where fields are wrong, `request_id` where the server failed. */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly reason?: string | undefined;
  readonly errors?: readonly { readonly field: string; readonly message: string }[] | undefined;
  readonly request_id?: string | undefined;
}

export const problemAnswer: z.ZodType<ProblemAnswer> = documented(
  "Problem",
  { type: "about:blank", title: "The token has expired.", status: 401, code: "invalid_token", reason: "expired" },
  z.strictObject({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(Object.keys(STATUS)),
    reason: z.string().optional(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    request_id: id.optional(),
  }),
);
