// The move of an application from Flask, step by step: side by side, the bridge, the users, the switch.
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { createAuth } from "latchkey";
import { requireToken } from "latchkey/fetch";
import { JwtManager } from "latchkey/manager";
import { createClock } from "latchkey/testing";
import { createVerifier, importKey } from "latchkey/tokens";

const clock = createClock();
const [oldSecret, newSecret] = [0, 1].map(() => randomBytes(32).toString("base64url"));

// What the Flask application mints meanwhile, and goes on minting until the switch.
const flask = new JwtManager({ secret: oldSecret, now: clock.now });
const ask = async (what, jwt, token) => {
  const get = requireToken(jwt)((request) => new Response(`user ${jwt.authOf(request).identity}`));
  const response = await get(new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } }));
  const text = await response.text();
  console.log(`${what}: ${response.status}`, response.ok ? text : `refused: ${Object.values(JSON.parse(text))[0]}`);
};

// 1. Side by side: one secret, and answers that the front end knows.
const beside = new JwtManager({ secret: oldSecret, errors: "flask-jwt-extended", now: clock.now });
const ofFlask = await flask.createAccessToken("42");
await ask("side by side, a token of Flask", beside, ofFlask);

// 2. The bridge: a secret of our own, and the old one for as long as its tokens live.
const until = new Date(clock.now() + 30 * 86_400_000);
const old = createVerifier({
  profile: "flask-jwt-extended",
  keys: [importKey(oldSecret, { alg: "HS256" })],
  now: clock.now,
});
const bridged = new JwtManager({
  secret: newSecret,
  bridge: [{ verifier: old, until }],
  errors: "flask-jwt-extended",
  now: clock.now,
});
await ask("over the bridge, a token of Flask", bridged, ofFlask);
await ask("over the bridge, one of ours", bridged, await bridged.createAccessToken("42"));

// 3. The users, with the hashes that they have: at their next log-in they get a new one.
const auth = await createAuth({ database: ":memory:", url: "http://localhost:4000", now: clock.now });
const password = "four tall cranes by the lake";
const salt = "5A2QCw4Ylyp41Uwp";
const digest = pbkdf2Sync(password, salt, 260_000, 32, "sha256").toString("hex");
const hash = `pbkdf2:sha256:260000$${salt}$${digest}`;
const [imported] = await auth.users.import([{ username: "ada", email: "ada@example.com", hash, roles: ["editor"] }]);
console.log("ada with a hash of Werkzeug:", imported.outcome);
const { token } = await auth.logIn({ username: "ada", password });
console.log("ada logs in, with the roles:", auth.verifySync(token).roles);
await auth.close();

// 4. The switch: after the date the old secret opens nothing.
clock.set(until);
await ask("after the date, a token of Flask", bridged, await flask.createAccessToken("42"));
