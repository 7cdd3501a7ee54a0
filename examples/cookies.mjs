// Tokens in cookies that no script can read, and the proof that it was your own page that sent them.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { JwtManager } from "latchkey/manager";

const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const jwt = new JwtManager({ secret, locations: ["cookie"] });
const app = new Hono();

app.post("/login", async (c) => {
  const token = await jwt.createAccessToken("42", { fresh: true });
  for (const cookie of jwt.setAccessCookies(token)) c.header("Set-Cookie", cookie, { append: true });
  return c.json({ ok: true });
});

app.post("/logout", (c) => {
  for (const cookie of jwt.unsetCookies()) c.header("Set-Cookie", cookie, { append: true });
  return c.json({ ok: true });
});

app.get("/me", requireToken(jwt), (c) => c.json({ ok: true }));
app.post("/todos", requireToken(jwt), (c) => c.json({ ok: true }));

// What a browser keeps and sends.
const cookies = (await app.request("/login", { method: "POST" })).headers.getSetCookie();
const show = (cookie) => cookie.replace(/=[^;]*/, "=…");
for (const cookie of cookies) console.log(show(cookie));

const jar = cookies.map((cookie) => cookie.split(";")[0]).join("; ");
const csrf = /csrf_access_token=([^;]+)/.exec(jar)?.[1];
const tell = async (what, method, path, headers) => {
  const response = await app.request(path, { method, headers: { Cookie: jar, ...headers } });
  const { code, reason } = await response.json();
  console.log(`${what}: ${response.status}`, code === undefined ? "ok" : `refused: ${code} ${reason}`);
};

await tell("reading needs the cookie alone", "GET", "/me", {});
await tell("writing without the proof", "POST", "/todos", {});
await tell("with a proof that is made up", "POST", "/todos", { "X-CSRF-TOKEN": "made up" });
await tell("with the value of the readable cookie", "POST", "/todos", { "X-CSRF-TOKEN": csrf });
await tell("and from another site all the same", "POST", "/todos", {
  "X-CSRF-TOKEN": csrf,
  "Sec-Fetch-Site": "cross-site",
});
