// A token is taken back by its id: a table of your own says which ones are.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { JwtManager } from "latchkey/manager";
import { openDatabase } from "./open-database.mjs";

const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const database = await openDatabase(":memory:");
database.exec("create table revoked (jti text primary key, until integer not null)");
const find = database.prepare("select 1 from revoked where jti = ?");
const add = database.prepare("insert or ignore into revoked (jti, until) values (?, ?)");
const forget = database.prepare("delete from revoked where until < ?");

const jwt = new JwtManager({ secret, isRevoked: ({ jti }) => find.get(jti) !== undefined });
const app = new Hono();

app.delete("/logout", requireToken(jwt, { type: "any" }), (c) => {
  const { jti, exp } = jwt.authOf(c).claims;
  add.run(jti, exp);
  // Whatever has expired is refused without the table.
  forget.run(Math.floor(Date.now() / 1000) - 60);
  return c.body(null, 204);
});

app.get("/me", requireToken(jwt), (c) => c.json({ user: jwt.authOf(c).identity }));
app.get("/goodbye", requireToken(jwt, { skipRevocation: true }), (c) => c.json({ user: jwt.authOf(c).identity }));

// What a client sees.
const send = (method, path, token) => app.request(path, { method, headers: { Authorization: `Bearer ${token}` } });
const tell = async (what, response) => {
  const { user, code, reason } = await response.json();
  console.log(`${what}: ${response.status}`, user === undefined ? `refused: ${code} ${reason}` : `user ${user}`);
};

const token = await jwt.createAccessToken("42");
await tell("before the log-out", await send("GET", "/me", token));
console.log("the log-out:", (await send("DELETE", "/logout", token)).status);
await tell("at the next request", await send("GET", "/me", token));
await tell("on a route that does not ask", await send("GET", "/goodbye", token));
database.close();
