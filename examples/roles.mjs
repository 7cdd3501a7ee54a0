// Roles and scopes: what the caller of a route must be, and what the token must have been given for.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { JwtManager } from "latchkey/manager";

const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");
const users = new Map([
  ["1", { name: "ada", roles: ["admin", "editor"] }],
  ["2", { name: "bob", roles: ["reader"] }],
]);

const jwt = new JwtManager({ secret, extraClaims: (id) => ({ roles: users.get(id)?.roles ?? [] }) });
const app = new Hono();

app.get("/admin", requireToken(jwt, { roles: ["admin"] }), (c) => c.json({ ok: true }));
app.get("/drafts", requireToken(jwt, { roles: ["admin", "editor"] }), (c) => c.json({ ok: true }));
app.get("/todos", requireToken(jwt, { scopes: ["todos:read"] }), (c) => c.json({ ok: true }));
app.post("/todos", requireToken(jwt, { scopes: ["todos:read", "todos:write"] }), (c) => c.json({ ok: true }));

// What a client sees.
const tell = async (what, method, path, token) => {
  const response = await app.request(path, { method, headers: { Authorization: `Bearer ${token}` } });
  const { code } = await response.json();
  console.log(`${what}: ${response.status}`, code === undefined ? "ok" : `refused: ${code}`);
};

const [ada, bob] = [await jwt.createAccessToken("1"), await jwt.createAccessToken("2")];
await tell("ada is an administrator", "GET", "/admin", ada);
await tell("bob is not", "GET", "/admin", bob);
await tell("one of the roles is enough", "GET", "/drafts", ada);

const reader = await jwt.createAccessToken("2", { claims: { scope: "todos:read" } });
await tell("a token for reading reads", "GET", "/todos", reader);
await tell("and does not write: all scopes are needed", "POST", "/todos", reader);
