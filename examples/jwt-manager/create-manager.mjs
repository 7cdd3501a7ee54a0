import { JwtManager } from "latchkey/manager";

// What the tour says to show where each option is seen.
const OVERRIDES = {
  messageKey: "message",
  header: { schemes: ["JWT"] },
  query: { name: "t", prefix: "Bearer " },
  json: { access: "a", refresh: "r" },
  cookies: {
    accessName: "acc",
    refreshName: "ref",
    refreshPath: "/cookie/refresh",
    secure: true,
    sameSite: "Strict",
    persistent: true,
    domain: "example.com",
  },
  csrf: { accessCookieName: "acc_csrf", refreshCookieName: "ref_csrf", form: true },
  issuer: "iss-1",
  audience: { mint: ["aud-1", "aud-2"], verify: "aud-1" },
  notBefore: false,
  leeway: 5,
};

/** The manager of the tour. Any name is a user's but `ghost`; `root` is an administrator; a token that says `deny` is not accepted. */
export function createManager({ secret, overrides, isRevoked }) {
  return new JwtManager({
    secret,
    errors: "flask-jwt-extended",
    locations: ["header", "cookie", "query", "json"],
    leeway: 0,
    findUser: ({ sub }) => (sub === "ghost" ? undefined : sub),
    extraClaims: (name) => (name === "root" ? { role: "admin" } : {}),
    isRevoked: ({ jti }) => isRevoked(jti),
    accepts: ({ deny }) => deny !== true,
    ...(overrides && OVERRIDES),
  });
}
