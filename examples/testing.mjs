// How the tests of an application try its guard: with a good token, with forged ones, and with time that passes.
import { authOf, requireToken } from "latchkey/fetch";
import { assertAccepted, assertRefused, createClock, forgeToken, openTestAuth, tamperedToken } from "latchkey/testing";
import { createVerifier, generateKey } from "latchkey/tokens";

// The application: one route that tells who is calling.
const clock = createClock();
const key = generateKey({ alg: "HS256" });
const protect = requireToken(createVerifier({ profile: "jwt", keys: [key], now: clock.now }));
const whoAmI = protect((request) => Response.json({ user: authOf(request).identity }));
const ask = (token) => whoAmI(new Request("http://localhost/who", { headers: { authorization: `Bearer ${token}` } }));

const good = forgeToken({ key, claims: { sub: "7" }, now: clock.now });
console.log(await assertAccepted(await ask(good)));

await assertRefused(await ask(tamperedToken(good)), { reason: "bad_signature" });
await assertRefused(await ask(forgeToken({ now: clock.now })), { reason: "algorithm_mismatch" });
await assertRefused(await ask(forgeToken({ key, claims: { exp: undefined } })), { reason: "claim_missing" });

clock.advance(2 * 3600);
await assertRefused(await ask(good), { reason: "expired" });

// The same with the whole server, in memory.
const { auth, request, signUp, close } = await openTestAuth({ clock });
const ada = await signUp("ada", { roles: ["editor"] });
console.log((await assertAccepted(await request("GET", "/me", { token: ada.token }))).roles);
await auth.logOut({ accessToken: ada.token });
const late = await request("GET", "/me", { token: ada.token });
await assertRefused(late, { reason: "revoked" });
const { code, reason } = await late.json();
console.log("refused:", code, reason);
await close();
