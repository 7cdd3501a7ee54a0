import { randomBytes } from "node:crypto";
import type { Auth, Protector } from "latchkey/node";
import { createIssuer, createRevocations, createVerifier, importKey, type MintClaims } from "latchkey/tokens";
import { USUAL_CSRF } from "../../dist/guard/csrf-rules.js";
import { USUAL_PLACES } from "../../dist/guard/places.js";
import type { RouteOptions } from "../../dist/guard/route-options.js";

/** How a route answers its refusals itself: each adapter says it in the words of its framework. */
export type RefusedKind = "answers" | "answers later" | "throws" | "rejects";

/** A route of the application that runs the contract. It takes every method, and answers what `callerOf` says and the body that it has read. */
export interface GuardRoute {
  readonly path: string;
  readonly protector: Protector;
  readonly options: RouteOptions;
  readonly onRefused?: RefusedKind;
}

const key = importKey(randomBytes(32), { alg: "HS256", kid: "contract" });
const names = { issuer: "https://auth.example.com", audience: "todo-api" };
const issuer = createIssuer({ ...names, keys: [key], profile: "jwt" });

/** What was taken back, for the verifier of the contract. */
export const revocations = createRevocations();
const verifier = createVerifier({ ...names, keys: [key], profile: "jwt", revocations });

/** A token that lives for ten minutes. */
export function mint(claims: Partial<MintClaims> = {}): string {
  return issuer.mint({ sub: "42", ...claims });
}

/** Origins that may send cookies besides the application's own. */
export const LISTED = "https://app.example.com";

/** A protector with a say in everything, some of it later than at once. */
const managed: Protector = {
  inspectSync: verifier.inspectSync,
  protection: {
    places: { ...USUAL_PLACES, locations: ["cookie", "header"] },
    csrf: { ...USUAL_CSRF, field: { access: "csrf_token", refresh: "csrf_token" }, origins: [LISTED] },
    exemptMethods: ["OPTIONS"],
    now: Date.now,
    inspect: (token, options) => verifier.inspectSync(token, options),
    isRevoked: async ({ claims }) => {
      // Whoever came first is not always the first to go on.
      for (let turns = Number(claims.turns ?? 0); turns > 0; turns -= 1) await new Promise(setImmediate);
      if (claims.store === "gone") throw new Error("the store is gone");
      return claims.revoked === true;
    },
    isAccepted: ({ claims }) => claims.deny !== true,
    findUser: async ({ claims: { sub } }) => (sub === "ghost" ? undefined : { name: sub }),
  },
};

const broken: Protector = {
  inspectSync: () => {
    throw new Error("the key file is gone");
  },
};

const ALL = ["header", "cookie", "query", "json"] as const;
const route = (path: string, options: RouteOptions = {}, more: Partial<GuardRoute> = {}): GuardRoute => ({
  path,
  protector: verifier,
  options,
  ...more,
});

/** The routes of the contract. */
export const ROUTES: readonly [GuardRoute, ...GuardRoute[]] = [
  route("/plain"),
  route("/all", { locations: ALL }),
  route("/all-backwards", { locations: [...ALL].reverse() }),
  ...ALL.map((location) => route(`/only-${location}`, { locations: location })),
  route("/refresh", { type: "refresh", locations: ALL }),
  route("/any", { type: "any" }),
  route("/optional", { optional: true, locations: ALL }),
  route("/lenient", { optional: "lenient", locations: ALL }),
  route("/fresh", { fresh: true }),
  route("/fresh-60", { fresh: 60 }),
  route("/editors", { roles: ["editor", "admin"] }),
  route("/writers", { scopes: ["todos:read", "todos:write"] }),
  route("/skip", { skipRevocation: true }),
  route("/managed", {}, { protector: managed }),
  route("/managed-optional", { optional: true }, { protector: managed }),
  route("/broken", {}, { protector: broken }),
  route("/answers", {}, { onRefused: "answers" }),
  route("/answers-later", {}, { onRefused: "answers later" }),
  route("/throws", {}, { onRefused: "throws" }),
  route("/rejects", {}, { onRefused: "rejects" }),
];

/** What a route of the contract says of its caller; `exposed` is what the framework's users find without `authOf`. */
export function callerOf(auth: Auth | undefined, exposed: unknown = auth): object {
  const { identity = null, location, user } = auth ?? {};
  return { user: identity, location, found: user, exposed: exposed === auth };
}

/** The fault that a route's own answer to a refusal may have. */
export const FAULT = "the page of refusals is missing";
