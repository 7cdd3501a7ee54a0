// Refusals in your own words, in those of Flask-JWT-Extended, or by the standards.
import { randomBytes } from "node:crypto";
import { requireToken } from "latchkey/fetch";
import { JwtManager } from "latchkey/manager";

const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString("base64url");

const byTheStandards = new JwtManager({ secret });
const asBefore = new JwtManager({ secret, errors: "flask-jwt-extended", messageKey: "message" });
const ourOwn = new JwtManager({
  secret,
  refusals: {
    unauthorized: () => ({ status: 401, body: { error: "Please log in." } }),
    expired: ({ sub }) => ({ status: 401, body: { error: `Please log in again, user ${sub}.` } }),
  },
});

// One route may answer for itself.
const onRefused = (error) => new Response(`refused: ${error.code}`, { status: 404 });

const ask = async (what, jwt, options, token) => {
  const get = requireToken(jwt, options)(() => new Response("ok"));
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await get(new Request("http://localhost/", { headers }));
  console.log(`${what}: ${response.status}`, await response.text());
};

const now = () => Date.now() - 3_600_000;
const expired = await new JwtManager({ secret, now }).createAccessToken("42");
await ask("by the standards", byTheStandards, {}, undefined);
await ask("as before", asBefore, {}, undefined);
await ask("as before, expired", asBefore, {}, expired);
await ask("our own", ourOwn, {}, undefined);
await ask("our own, expired", ourOwn, {}, expired);
await ask("one route alone", byTheStandards, { onRefused }, undefined);
