import { rmSync } from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Answer,
  bearer,
  claimsOf,
  createClock,
  newDatabase,
  type OpenAuth,
  openAuth,
  tokensOf,
} from "../http/open-auth.js";
import { isLong } from "./how-long.js";
import {
  type AccessToken,
  createModel,
  DURATIONS,
  type Model,
  type RefreshToken,
  type Session,
  type User,
} from "./sessions-model.js";

/** Servers on one database, which are asked in turn, beside the model. */
interface World {
  readonly database: string;
  readonly clock: ReturnType<typeof createClock>;
  readonly places: OpenAuth[];
  turn: number;
  highest: number;
  /** How often each name was tried with a password: the free ones are not to run out. */
  readonly tried: Map<string, number>;
}

interface Command extends fc.AsyncCommand<Model, World> {}

const PASSWORDS = ["seven wild geese at dawn", "eight tame geese at dusk"];
const NAMES = ["ada", "bob"];
const ROLES = [[], ["editor"], ["admin", "editor"]];
const NOBODY = "0190f3c4-0000-7000-8000-000000000000";
const MOST_TRIES = 8;
// Nothing promises more than an hour: see the margins of revocations, sessions and keys.
const MOST_BACK = 3_600_000;

let commandsRun = 0;

async function openWorld(servers: number): Promise<{ model: Model; real: World }> {
  const database = newDatabase();
  const clock = createClock();
  const places: OpenAuth[] = [];
  for (let server = 0; server < servers; server++) places.push(await openAuth({ database, ...DURATIONS }, clock));
  const model = createModel(clock.now);
  const [first] = places as [OpenAuth];
  const [username, given] = ["ada", "seven wild geese at dawn"];
  expectGrant(model, await first.post("/signup", { username, password: given }), model.signUp(username, given));
  return { model, real: { database, clock, places, turn: 0, highest: clock.now(), tried: new Map() } };
}

async function closeWorld({ places, database }: World): Promise<void> {
  for (const { auth } of places) await auth.close();
  rmSync(dirname(database), { recursive: true, force: true });
}

/** A command of some drawn values: it acts at the server whose turn it is, and then all of them are compared with the model. */
function command<Given extends readonly unknown[]>(
  name: string,
  given: { readonly [Index in keyof Given]: fc.Arbitrary<Given[Index]> },
  run: (parts: { model: Model; world: World; place: OpenAuth }, ...given: Given) => Promise<unknown>,
  can: (model: Model) => boolean = () => true,
): fc.Arbitrary<Command> {
  return fc.tuple(...given).map((drawn) => ({
    check: can,
    async run(model, world) {
      commandsRun++;
      const turn = world.turn++ % world.places.length;
      await run({ model, world, place: world.places[turn] as OpenAuth }, ...(drawn as unknown as Given));
      await compare(model, world, world.places[turn] as OpenAuth);
    },
    toString: () => `${name}(${drawn.map((each) => JSON.stringify(each)).join(", ")})`,
  }));
}

/** Every access token at every server, and the sessions of every user. */
async function compare(model: Model, { places, clock, highest }: World, acted: OpenAuth): Promise<void> {
  for (const place of places) {
    if (place !== acted) await catchUp(place);
    for (const token of model.accessTokens.filter(({ exp }) => mayComeBack(exp, highest))) {
      const { status, body } = await place.me(token.text);
      const said = status === 200 ? "200" : String(body.reason);
      if (!model.verdictsOn(token).includes(said)) {
        const { iat, exp } = token;
        const facts = JSON.stringify({ now: clock.now() / 1000, iat, exp, server: places.indexOf(place) });
        throw new Error(`An access token is answered ${said}, not ${model.verdictsOn(token)}: ${facts}`);
      }
      // Another server tells of new roles a tenth of a second later.
      if (status === 200 && places.length === 1) expect(body.roles).toEqual(token.session.user.roles);
    }
  }
  for (const user of model.users) {
    const listed = (await acted.auth.sessions.list(user.id)).map(({ id }) => id);
    expect(listed.toSorted()).toEqual(model.living(user).toSorted());
  }
}

/** No clock goes as far back as to the life of an access token that expired long ago. */
function mayComeBack(exp: number, highest: number): boolean {
  return exp * 1000 + 60_000 > highest - MOST_BACK;
}

/** What the follower of a server does within a tenth of a second, done now: ending what nobody has reads what others took back. */
async function catchUp({ auth }: OpenAuth): Promise<void> {
  await auth.sessions.end(NOBODY);
  await auth.keys.list();
}

const codeOf = ({ status, body }: Answer) => (status < 400 ? "granted" : body.code);

/** An answer that must be what the model says: tokens of the session, or the code of a refusal. */
function expectGrant(model: Model, answer: Answer, expected: Session | string): void {
  expect(codeOf(answer)).toBe(typeof expected === "string" ? expected : "granted");
  if (typeof expected === "string") return;
  const tokens = tokensOf(answer);
  const { sid, sub } = claimsOf(tokens.token) as { sid: string; sub: string };
  if (expected.id === "") expected.id = sid;
  if (expected.user.id === "") expected.user.id = sub;
  expect(claimsOf(tokens.token)).toMatchObject({ ...model.claimsFor(expected), sid: expected.id });
  const { generation } = expected;
  const known = model.refreshTokens.find((each) => each.session === expected && each.generation === generation);
  if (known === undefined) expect(model.refreshTokens.map(({ text }) => text)).not.toContain(tokens.refresh_token);
  else expect(tokens.refresh_token).toBe(known.text);
  model.learn(expected, tokens);
}

/** An act that needs a live access token: where it is refused, it is by a verdict of the model, and nothing happens. */
function isLetIn(model: Model, token: AccessToken, { status, body }: Answer): boolean {
  const isRefused = status === 401 && body.code === "invalid_token";
  const said = isRefused ? String(body.reason) : "200";
  expect(model.verdictsOn(token)).toContain(said);
  return !isRefused;
}

const password = fc.constantFrom(...PASSWORDS);
const rightness = fc.constantFrom("right", "right", "wrong");
const passwordOf = (user: User | undefined, which: string) =>
  PASSWORDS.find((each) => (each === user?.password) === (which === "right")) ?? "no password of anybody";
const name = fc.constantFrom(...NAMES);
/** How far from the newest: mostly the newest itself. */
const age = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(2) },
  { weight: 2, arbitrary: fc.nat(30) },
);
const forward = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 999, 5000, 15_000, 29_999, 30_000) },
  { weight: 4, arbitrary: fc.constantFrom(300_000, 604_999, 605_000, 660_000) },
  { weight: 6, arbitrary: fc.constantFrom(3_600_000, 6 * 3_600_000) },
  { weight: 2, arbitrary: fc.constantFrom(8 * 3_600_000 - 1, 8 * 3_600_000) },
  { weight: 1, arbitrary: fc.constantFrom(86_400_000, 14 * 86_400_000) },
);
const back = fc.constantFrom(1, 1000, 5000, 6000, 31_000, 600_000, MOST_BACK);

function advance(world: World, milliseconds: number): void {
  world.clock.advance(milliseconds / 1000);
  world.highest = Math.max(world.highest, world.clock.now());
}

const pick = <Each>(all: readonly Each[], howOld: number): Each => all.at(-1 - (howOld % all.length)) as Each;
const hasUsers = (model: Model) => model.users.length > 0;
const hasTokens = (model: Model) => model.accessTokens.length > 0;

/** Whether one may try a password for a name once more; a try is counted. */
function mayTry({ tried }: World, username: string): boolean {
  const tries = (tried.get(username) ?? 0) + 1;
  if (tries <= MOST_TRIES) tried.set(username, tries);
  return tries <= MOST_TRIES;
}

const signUp = command("signUp", [name, password], async ({ model, place }, username, given) => {
  expectGrant(model, await place.post("/signup", { username, password: given }), model.signUp(username, given));
});

const logIn = command("logIn", [name, rightness], async ({ model, world, place }, username, which) => {
  if (!mayTry(world, username)) return;
  const given = passwordOf(model.find(username), which);
  expectGrant(model, await place.post("/token", { username, password: given }), model.logIn(username, given));
});

/** Which refresh token of a session: mostly the current one or its predecessor. */
const generationsBack = fc.oneof({ weight: 8, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(30) });
/** A refresh some milliseconds after the last command. */
const refreshAfter = (...pauses: readonly number[]) =>
  command(
    "refresh",
    [fc.constantFrom(...pauses), fc.constantFrom("of a living session", "of any session"), age, generationsBack],
    async ({ model, world, place }, milliseconds, which, whichSession, howOld) => {
      advance(world, milliseconds);
      const living = model.sessions.filter((session) => model.isAlive(session));
      const among = which === "of a living session" && living.length > 0 ? living : model.sessions;
      const session = pick(among, whichSession);
      const tokens = model.refreshTokens.filter((each) => each.session === session);
      const token: RefreshToken = pick(tokens, howOld);
      expectGrant(model, await place.refresh(token.text), model.refresh(token));
    },
    hasTokens,
  );
const refreshSoon = refreshAfter(0, 0, 0, 15_000, 15_000, 29_999, 30_000);
const refreshLater = refreshAfter(0, 3_600_000, 6 * 3_600_000, 6 * 3_600_000, 8 * 3_600_000 - 1, 8 * 3_600_000);

const logOut = command(
  "logOut",
  [age, fc.constantFrom("by access token", "by refresh token")],
  async ({ model, place }, howOld, by) => {
    const token: AccessToken | RefreshToken =
      by === "by access token" ? pick(model.accessTokens, howOld) : pick(model.refreshTokens, howOld);
    // The token of a key that is gone, or was revoked, proves nothing.
    if ("kid" in token && !place.auth.jwks.keys.some(({ kid }) => kid === token.kid)) return;
    const answer =
      "kid" in token ? await place.logOut(bearer(token.text)) : await place.logOut({}, { refresh_token: token.text });
    expect(answer.status).toBe(204);
    model.logOut(token.session);
  },
  hasTokens,
);

const logOutEverywhere = command(
  "logOutEverywhere",
  [age],
  async ({ model, place }, howOld) => {
    const token = pick(model.accessTokens, howOld);
    const answer = await place.call("/me/sessions", { method: "DELETE", headers: bearer(token.text) });
    if (isLetIn(model, token, answer)) model.logOutEverywhere(token.session.user);
  },
  hasTokens,
);

const endOne = command(
  "endOne",
  [age, age],
  async ({ model, place }, howOld, whichOld) => {
    const token = pick(model.accessTokens, howOld);
    const session = pick(model.sessions, whichOld);
    const answer = await place.call(`/me/sessions/${session.id}`, { method: "DELETE", headers: bearer(token.text) });
    if (isLetIn(model, token, answer)) expect(answer.status).toBe(model.endOne(token.session.user, session));
  },
  hasTokens,
);

const changePassword = command(
  "changePassword",
  [age, rightness, password],
  async ({ model, world, place }, howOld, which, next) => {
    const token = pick(model.accessTokens, howOld);
    const current = passwordOf(token.session.user, which);
    if (!mayTry(world, token.session.user.name)) return;
    const headers = { ...bearer(token.text), "content-type": "application/json" };
    const body = JSON.stringify({ current_password: current, new_password: next });
    const answer = await place.call("/me/password", { method: "PUT", headers, body });
    if (isLetIn(model, token, answer)) expect(answer.status).toBe(model.changePassword(token.session, current, next));
  },
  hasTokens,
);

/** What an administrator does to a user, and the model after it. */
function administer<Given extends readonly unknown[]>(
  title: string,
  given: { readonly [Index in keyof Given]: fc.Arbitrary<Given[Index]> },
  act: (place: OpenAuth, model: Model, user: User, ...given: Given) => Promise<void>,
): fc.Arbitrary<Command> {
  const run = ({ model, place }: { model: Model; place: OpenAuth }, howOld: number, ...rest: Given) =>
    act(place, model, pick(model.users, howOld), ...rest);
  return command<readonly [number, ...Given]>(title, [fc.nat(1), ...given] as never, run, hasUsers);
}

const setPassword = administer("setPassword", [password], async ({ auth }, model, user, next) => {
  await auth.users.setPassword(user.id, next);
  model.setPassword(user, next);
});
const disable = administer("disable", [], async ({ auth }, model, user) => {
  await auth.users.disable(user.id);
  model.disable(user);
});
const enable = administer("enable", [], async ({ auth }, model, user) => {
  await auth.users.enable(user.id);
  model.enable(user);
});
const remove = administer("delete", [], async ({ auth }, model, user) => {
  await auth.users.delete(user.id);
  model.remove(user);
});
const setRoles = administer("setRoles", [fc.constantFrom(...ROLES)], async ({ auth }, model, user, roles) => {
  await auth.users.setRoles(user.id, roles);
  model.setRoles(user, roles);
});

// Keys are changed on a clock that is right: what they have made is reckoned by it.
const isBehind = ({ clock, highest }: World) => clock.now() < highest;
const rotateKeys = command("rotateKeys", [fc.boolean()], async ({ world, place }, now) => {
  if (!isBehind(world)) await place.auth.keys.rotate({ now });
});
const revokeKey = command(
  "revokeKey",
  [age],
  async ({ model, world, place }, howOld) => {
    const { kid } = pick(model.accessTokens, howOld);
    if (isBehind(world) || !place.auth.jwks.keys.some((key) => key.kid === kid)) return;
    await place.auth.keys.revoke(kid);
    model.revokeKey(kid);
  },
  hasTokens,
);

const clockForward = command("clockForward", [forward], async ({ world }, milliseconds) =>
  advance(world, milliseconds),
);
const clockBack = command("clockBack", [back], async ({ world }, milliseconds) => {
  const earliest = world.highest - MOST_BACK;
  world.clock.advance(-Math.min(milliseconds, world.clock.now() - earliest) / 1000);
  for (const place of world.places) await catchUp(place);
});
const restart = command("restart", [], ({ world, place }) => restarted(world, place));
/** Long enough that the keys get successors. */
const monthsPass = command("monthsPass", [], async ({ world }) => {
  advance(world, 91 * 86_400_000);
  for (const place of [...world.places]) await restarted(world, place);
});

async function restarted({ places, database, clock }: World, place: OpenAuth): Promise<void> {
  await place.auth.close();
  places[places.indexOf(place)] = await openAuth({ database, ...DURATIONS }, clock);
}

const often = <Each>(times: number, each: Each): Each[] => Array.from({ length: times }, () => each);
const COMMANDS = [
  ...often(3, signUp),
  ...often(3, logIn),
  ...often(10, refreshSoon),
  ...often(6, refreshLater),
  ...often(10, clockForward),
  ...often(5, clockBack),
  ...often(2, logOut),
  ...often(3, restart),
  ...often(2, setRoles),
  ...[
    logOutEverywhere,
    endOne,
    changePassword,
    setPassword,
    disable,
    enable,
    remove,
    rotateKeys,
    revokeKey,
    monthsPass,
  ],
];
// Without passwords, whose hashes take the time.
const WITHIN_SECONDS = [...often(8, refreshSoon), ...often(2, clockForward), clockBack, setRoles, restart, rotateKeys];
const WITHIN_HOURS = [...often(8, refreshLater), ...often(3, clockBack), clockForward, logIn, restart, rotateKeys];

const RUNS = 24;
const MOST_COMMANDS = 60;
const MOST_MS = isLong ? 7_200_000 : 300_000;

describe("sessions and the model of them agree on every token after every act", () => {
  it.each([
    ["one server, in which a session is refreshed every few seconds", 1, WITHIN_SECONDS, 2 * RUNS],
    ["one server, in which sessions are refreshed every few hours", 1, WITHIN_HOURS, 2 * RUNS],
    ["one server", 1, COMMANDS, RUNS],
    ["two servers on one database, asked in turn", 2, COMMANDS, RUNS / 2],
  ])("of %s", { timeout: MOST_MS }, async (_what, servers, commands, runs) => {
    const walks = fc.commands(commands, { maxCommands: MOST_COMMANDS, size: "max" });
    const property = fc.asyncProperty(walks, async (walk) => {
      const world = await openWorld(servers);
      try {
        await fc.asyncModelRun(() => world, walk);
      } finally {
        await closeWorld(world.real);
      }
    });
    commandsRun = 0;
    // A counterexample that is still being made smaller is told in time, with its seed.
    await fc.assert(property, { numRuns: isLong ? runs * 20 : runs, interruptAfterTimeLimit: MOST_MS * 0.8 });
    if (isLong) console.log(`${commandsRun} commands`);
    expect(commandsRun).toBeGreaterThan(10 * runs);
  });
});
