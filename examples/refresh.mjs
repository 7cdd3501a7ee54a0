// Access tokens of a quarter of an hour, and a refresh token that is changed for a new one each time.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { isAuthError, JwtManager, memoryRefreshStore } from "latchkey/manager";
import { createClock } from "latchkey/testing";

const clock = createClock();
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const jwt = new JwtManager({ secret, refreshStore: memoryRefreshStore(), now: clock.now });
const app = new Hono();

app.post("/login", async (c) => {
  const { accessToken, refreshToken } = await jwt.createTokens("42", { fresh: true });
  return c.json({ access_token: accessToken, refresh_token: refreshToken });
});

app.post("/refresh", requireToken(jwt, { type: "refresh" }), async (c) => {
  const { accessToken, refreshToken } = await jwt.rotateRefreshToken(jwt.authOf(c));
  return c.json({ access_token: accessToken, refresh_token: refreshToken });
});

app.delete("/logout", requireToken(jwt, { type: "any" }), async (c) => {
  await jwt.endFamily(jwt.authOf(c));
  return c.body(null, 204);
});

// What a method refuses, no guard has answered yet.
app.onError(async (error, c) => {
  if (!isAuthError(error)) throw error;
  const { status, headers, body } = await jwt.refusalOf(error);
  return c.json(body, status, headers);
});

app.get("/me", requireToken(jwt), (c) => c.json({ user: jwt.authOf(c).identity }));

// What a client sees.
const send = (method, path, token) =>
  app.request(path, { method, ...(token && { headers: { Authorization: `Bearer ${token}` } }) });
const tell = async (what, response) => {
  const { user, code, reason } = await response.json();
  console.log(`${what}: ${response.status}`, user === undefined ? `refused: ${code} ${reason}` : `user ${user}`);
};

const first = await (await send("POST", "/login")).json();
await tell("after the log-in", await send("GET", "/me", first.access_token));

clock.advance(16 * 60);
await tell("16 minutes later", await send("GET", "/me", first.access_token));

const second = await (await send("POST", "/refresh", first.refresh_token)).json();
await tell("with the next access token", await send("GET", "/me", second.access_token));

const again = await (await send("POST", "/refresh", first.refresh_token)).json();
console.log("a second tab gets the same successor:", again.refresh_token === second.refresh_token);

clock.advance(60);
await tell("the old refresh token, a minute later", await send("POST", "/refresh", first.refresh_token));
await tell("and the family has ended", await send("GET", "/me", second.access_token));
