// Some routes want more than a token: one whose owner has typed the password a moment ago.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { JwtManager } from "latchkey/manager";
import { createClock } from "latchkey/testing";

const clock = createClock();
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const jwt = new JwtManager({ secret, now: clock.now });
const app = new Hono();

app.get("/balance", requireToken(jwt), (c) => c.json({ ok: true }));
app.post("/transfer", requireToken(jwt, { fresh: true }), (c) => c.json({ ok: true }));
app.put("/password", requireToken(jwt, { fresh: 300 }), (c) => c.json({ ok: true }));

const logIn = () => jwt.createAccessToken("42", { fresh: true });
const refresh = () => jwt.createAccessToken("42");
const confirmed = () => jwt.createAccessToken("42", { fresh: 60 });

// What a client sees.
const tell = async (what, method, path, token) => {
  const response = await app.request(path, { method, headers: { Authorization: `Bearer ${token}` } });
  const { code, reason } = await response.json();
  console.log(`${what}: ${response.status}`, code === undefined ? "ok" : `refused: ${code} ${reason}`);
};

const [atLogIn, later, forAMinute] = await Promise.all([logIn(), refresh(), confirmed()]);
await tell("a refreshed token reads the balance", "GET", "/balance", later);
await tell("and transfers nothing", "POST", "/transfer", later);
await tell("one of a log-in does", "POST", "/transfer", atLogIn);
await tell("one that is fresh for a minute does", "POST", "/transfer", forAMinute);

clock.advance(90);
await tell("but not after it", "POST", "/transfer", forAMinute);
await tell("a log-in of 90 seconds ago changes the password", "PUT", "/password", atLogIn);

clock.advance(300);
await tell("and not five minutes later", "PUT", "/password", atLogIn);
