// Claims of your own, from one definition: checked when a token is minted, parsed when it comes back, typed in the route.
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { requireToken } from "latchkey/hono";
import { JwtManager } from "latchkey/manager";
import { z } from "zod";

const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const claims = z.object({
  plan: z.enum(["free", "team"]),
  seats: z.number().int().positive(),
  since: z.iso.date().optional(),
});

const jwt = new JwtManager({ secret, claims });
const app = new Hono();

app.get("/plan", requireToken(jwt), (c) => {
  const { plan, seats } = jwt.authOf(c).claims;
  return c.json({ plan, seats: seats + 1 });
});

const ask = (token) => app.request("/plan", { headers: { Authorization: `Bearer ${token}` } });

const token = await jwt.createAccessToken("42", { claims: { plan: "team", seats: 4 } });
console.log("a good one:", await (await ask(token)).json());

// A mistake is found where it is made, and not by the user who comes with the token.
await jwt
  .createAccessToken("42", { claims: { plan: "gold", seats: 4 } })
  .catch((error) => console.log("minting:", error.name));

// A token of the time before the definition is refused like any other bad one.
const old = await new JwtManager({ secret }).createAccessToken("42", { claims: { plan: "team" } });
const { status, code, reason } = await (await ask(old)).json();
console.log(`an old one: ${status} refused: ${code} ${reason}`);
