import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect } from "vitest";
import {
  type Answer,
  bearer,
  claimsOf,
  createClock,
  DAY,
  newDatabase,
  type OpenAuth,
  openAuth,
  sql,
  type Tokens,
  temporaryFolder,
  tokensOf,
} from "../http/open-auth.js";
import { attempt } from "./attack.js";

const API = "https://todo.example.com";
const database = newDatabase();
const door = await openAuth({ database, audiences: [API] });
await door.signUp("ada");

const REFUSED = [401, "invalid_grant"];
const verdict = ({ status, body }: Answer) => [status, body.code];
const next = async (token: string): Promise<Tokens> => tokensOf(await door.refresh(token));

let first: Tokens;
beforeEach(async () => {
  first = await door.logIn("ada");
});

/** Where a session stands in the database: nothing of it changes when a token is merely refused. */
async function stateOf({ token }: Tokens, file = database): Promise<unknown> {
  const columns = "generation, ended_at is null as lives, ended_why as why";
  return (await sql(file, `select ${columns} from sessions where id = ?`, claimsOf(token).sid))[0];
}
const UNTOUCHED = { generation: 0, lives: 1, why: null };

attempt("a refresh token that is used again", [
  [
    "S30",
    "after its rotation is refused, and the whole session dies with its newest tokens; the log says so",
    async () => {
      const second = await next(first.refresh_token);
      const third = await next(second.refresh_token);
      expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
      for (const { token, refresh_token } of [first, second, third]) {
        expect(verdict(await door.refresh(refresh_token))).toEqual(REFUSED);
        expect((await door.me(token)).body).toMatchObject({ code: "invalid_token", reason: "revoked" });
      }
      expect(await stateOf(first)).toMatchObject({ lives: 0, why: "replay" });
      const { sid } = claimsOf(first.token);
      expect(door.events.filter(({ event, session }) => event === "session.replayed" && session === sid)).toHaveLength(
        1,
      );
    },
  ],
  [
    "S31",
    "by a hundred at once has one successor, which goes on as the only chain",
    async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => door.refresh(first.refresh_token)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const [successor, ...more] = new Set(answers.map(({ body }) => String(body.refresh_token)));
      expect(more).toEqual([]);
      expect(await stateOf(first)).toMatchObject({ generation: 1, lives: 1 });
      const third = await next(successor ?? "");
      // Whoever holds an older one has no chain of their own: it ends this one.
      expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
      expect(verdict(await door.refresh(third.refresh_token))).toEqual(REFUSED);
    },
  ],
  [
    "S32",
    "within 30 seconds gets the same successor, however often; a moment later it ends the session",
    async () => {
      const second = await next(first.refresh_token);
      for (const seconds of [0, 15, 14.999]) {
        door.clock.advance(seconds);
        expect((await next(first.refresh_token)).refresh_token).toBe(second.refresh_token);
      }
      door.clock.advance(0.001);
      expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
      expect(await stateOf(first)).toMatchObject({ lives: 0, why: "replay" });
    },
  ],
  [
    "S32",
    "within 30 seconds, and not the direct predecessor, ends the session at once",
    async () => {
      await next((await next(first.refresh_token)).refresh_token);
      expect(verdict(await door.refresh(first.refresh_token))).toEqual(REFUSED);
      expect(await stateOf(first)).toMatchObject({ lives: 0, why: "replay" });
    },
  ],
]);

/** What is nearly a refresh token, each with the way that it was made. */
function respellingsOf(token: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(token.slice(4), "base64url");
  const places = [...token].map((_, at) => at);
  const flipped = (at: number) => {
    const copy = Buffer.from(bytes);
    copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
    return `lkr_${copy.toString("base64url")}`;
  };
  return [
    ...places.map((at) => [`cut at ${at}`, token.slice(0, at)] as const),
    ...places.map((at) => [`without letter ${at}`, token.slice(0, at) + token.slice(at + 1)] as const),
    ...places.map((at) => [`with a letter more at ${at}`, `${token.slice(0, at)}A${token.slice(at)}`] as const),
    ...places
      .map((at) => [at, swapCase(token[at] ?? "")] as const)
      .filter(([at, letter]) => letter !== token[at])
      .map(([at, letter]) => [`in another case at ${at}`, token.slice(0, at) + letter + token.slice(at + 1)] as const),
    ...Array.from({ length: bytes.length * 8 }, (_, bit) => [`with bit ${bit} turned`, flipped(bit)] as const),
    ...["A", "=", "==", ".", "\n", "\0", " ", "%00", "\u200b", token].map(
      (more) => [`with ${JSON.stringify(more.slice(0, 5))} after it`, token + more] as const,
    ),
    ...["lkr_", "LKR_", " ", "\ufeff", "Bearer ", "lkr"].map(
      (more) => [`with ${JSON.stringify(more)} before it`, more + token] as const,
    ),
    ["in upper case", token.toUpperCase()],
    ["in lower case", token.toLowerCase()],
    ["without its prefix", token.slice(4)],
    // Without a letter that the two alphabets write differently it is the token itself.
    ...[`lkr_${bytes.toString("base64")}`]
      .filter((spelling) => spelling !== token)
      .map((spelling) => ["in base64", spelling] as const),
    ["in hex", `lkr_${bytes.toString("hex")}`],
    ["in base64 twice", `lkr_${Buffer.from(token.slice(4)).toString("base64url")}`],
    ["in percent signs", [...Buffer.from(token)].map((byte) => `%${byte.toString(16)}`).join("")],
    ["in wide letters", token.replaceAll(/\w/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))],
    ["with its first byte only", `lkr_${bytes.subarray(0, 1).toString("base64url")}`],
    ["without its MAC", `lkr_${bytes.subarray(0, -32).toString("base64url")}`],
    ["with a MAC of zeros", `lkr_${Buffer.concat([bytes.subarray(0, -32), Buffer.alloc(32)]).toString("base64url")}`],
    ["with half of its MAC", `lkr_${bytes.subarray(0, -16).toString("base64url")}`],
  ];
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}

/** Signs up in one server, and asks another one that is the same but for what `between` does to its database. */
async function elsewhere(between: (file: string) => Promise<unknown>): Promise<{ tokens: Tokens; other: OpenAuth }> {
  const file = newDatabase();
  const clock = createClock();
  const one = await openAuth({ database: file }, clock);
  const tokens = await one.signUp("ada");
  await one.auth.close();
  await between(file);
  return { tokens, other: await openAuth({ database: file }, clock) };
}

attempt("a token that is not the refresh token of this session", [
  [
    "S34",
    "any other spelling of one is refused: cut, longer, in another case or alphabet, one bit turned",
    async () => {
      // A thousand refusals are free for one address.
      const addresses = Array.from({ length: 5 }, (_, at) => door.from(`198.51.100.${at}`));
      const respellings = respellingsOf(first.refresh_token);
      expect(respellings.length).toBeGreaterThan(700);
      const passed: string[] = [];
      for (const [at, [how, spelling]] of respellings.entries()) {
        const from = addresses[at % addresses.length] ?? door;
        if (verdict(await from.refresh(spelling)).join() !== REFUSED.join()) passed.push(how);
      }
      expect(passed).toEqual([]);
      expect(await stateOf(first)).toEqual(UNTOUCHED);
      expect((await door.refresh(first.refresh_token)).status).toBe(200);
    },
  ],
  [
    "S36",
    "an access token does not refresh, not even one that is new, nor in the cookie",
    async () => {
      const page = { origin: new URL("http://localhost:4000").origin };
      for (const token of [first.token, `lkr_${first.token}`, `lkr_${first.token.split(".")[2]}`]) {
        expect(verdict(await door.refresh(token))).toEqual(REFUSED);
        const headers = { cookie: `__Host-latchkey=${token}`, ...page };
        expect(verdict(await door.call("/token/refresh", { method: "POST", headers }))).toEqual(REFUSED);
      }
      expect(await stateOf(first)).toEqual(UNTOUCHED);
    },
  ],
  [
    "S36",
    "a refresh token opens no protected route, whatever stands around it",
    async () => {
      const { refresh_token } = first;
      const bare = refresh_token.slice(4);
      for (const token of [refresh_token, bare, `${refresh_token}.${bare}.${bare}`]) {
        expect(verdict(await door.me(token))).toEqual([401, "invalid_token"]);
        expect((await door.call("/me/sessions", { method: "DELETE", headers: bearer(token) })).status).toBe(401);
      }
      expect(verdict(await door.get("/me", { cookie: `__Host-latchkey=${refresh_token}` }))).toEqual([
        401,
        "token_required",
      ]);
      expect(await stateOf(first)).toEqual(UNTOUCHED);
    },
  ],
  [
    "S36",
    "an access token for another audience, or one that has expired, opens no route of the server's own",
    async () => {
      const forApi = tokensOf(await door.refresh(first.refresh_token, { audience: API }));
      expect((await door.me(forApi.token)).body).toMatchObject({ status: 401, reason: "wrong_audience" });
      door.clock.advance(606);
      expect((await door.me(first.token)).body).toMatchObject({ status: 401, reason: "expired" });
    },
  ],
  [
    "S36",
    "the tokens of a session that keeps the cookie are worth nothing in a body, and the reverse",
    async () => {
      const page = { origin: "http://localhost:4000" };
      const credentials = { username: "ada", password: "seven wild geese at dawn", transport: "cookie" };
      const answer = await door.post("/token", credentials, page);
      const cookie = /^__Host-latchkey=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
      expect(verdict(await door.refresh(cookie))).toEqual(REFUSED);
      const headers = { ...page, cookie: `__Host-latchkey=${first.refresh_token}` };
      expect(verdict(await door.call("/token/refresh", { method: "POST", headers }))).toEqual(REFUSED);
      expect(await stateOf(first)).toEqual(UNTOUCHED);
    },
  ],
  [
    "S36",
    "the tokens of another server are refused here, though both have the same name, the same user and the same session",
    async () => {
      const file = newDatabase();
      const other = await openAuth({ database: file }, door.clock);
      const theirs = await other.signUp("ada");
      const [row] = await sql(file, "select * from sessions where id = ?", claimsOf(theirs.token).sid);
      const copied = { ...(row as Record<string, string | number | null>), user_id: first.user_id };
      const names = Object.keys(copied);
      const statement = `insert into sessions (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`;
      await sql(database, statement, ...Object.values(copied));
      expect((await door.me(theirs.token)).body).toMatchObject({ status: 401, reason: "key_unknown" });
      expect(verdict(await door.refresh(theirs.refresh_token))).toEqual(REFUSED);
      expect((await door.logOut({}, { refresh_token: theirs.refresh_token })).status).toBe(204);
      expect(await stateOf(theirs)).toEqual(UNTOUCHED);
    },
  ],
  [
    "S36",
    "the refresh tokens of another epoch, as after a backup was restored, and of another nonce are refused",
    async () => {
      for (const change of [
        "update installation set value = 'AAAAAAAAAAAAAAAAAAAAAA' where name = 'epoch'",
        "update sessions set nonce = 'AAAAAAAAAAAAAAAAAAAAAA'",
      ]) {
        let file = "";
        const { tokens, other } = await elsewhere((path) => {
          file = path;
          return sql(path, change);
        });
        expect(verdict(await other.refresh(tokens.refresh_token))).toEqual(REFUSED);
        expect(await stateOf(tokens, file)).toEqual(UNTOUCHED);
      }
    },
  ],
]);

const HEAD = 16;

/** The first bytes of a secret in every spelling that a table might keep it in. */
function headsOf(secret: Buffer): readonly string[] {
  const text = secret.toString("latin1");
  const hex = secret.toString("hex");
  const spelled = [text, hex, hex.toUpperCase(), secret.toString("base64"), secret.toString("base64url")];
  return spelled.map((each) => each.slice(0, HEAD)).filter((each) => each.length === HEAD);
}

/** Those of some texts, all of one length, that stand anywhere in the files of a folder. */
function findInFolder(folder: string, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name)).toString("latin1");
    for (let at = 0; at + HEAD <= bytes.length; at++) {
      const piece = bytes.slice(at, at + HEAD);
      if (wanted.has(piece)) found.add(piece);
    }
  }
  return found;
}

attempt("a stolen database", [
  [
    "S35",
    "holds none of a thousand refresh tokens that were issued, nor their proofs, nor any access token",
    async () => {
      const file = join(temporaryFolder(), "latchkey.db");
      const stolen = await openAuth({ database: file, secret: randomBytes(32).toString("base64url") });
      const secrets: Buffer[] = [];
      const issued = new Set<string>();
      for (const username of ["ada", "berta"]) {
        let tokens = await stolen.signUp(username);
        for (let turn = 0; turn < 500; turn++) {
          issued.add(tokens.refresh_token);
          const bytes = Buffer.from(tokens.refresh_token.slice(4), "base64url");
          const signature = tokens.token.split(".")[2] ?? "";
          secrets.push(
            bytes.subarray(-32),
            Buffer.from(signature, "base64url"),
            Buffer.from(tokens.refresh_token),
            Buffer.from(signature),
          );
          tokens = tokensOf(await stolen.refresh(tokens.refresh_token));
        }
      }
      expect(issued.size).toBe(1000);
      const [session] = await sql(file, "select id, nonce from sessions");
      const { id, nonce } = session as { id: string; nonce: string };
      // That the search finds what is there: texts of the table itself.
      expect(findInFolder(dirname(file), new Set([id.slice(0, HEAD), nonce.slice(0, HEAD)])).size).toBe(2);
      expect([...findInFolder(dirname(file), new Set(secrets.flatMap(headsOf)))]).toEqual([]);
    },
    60_000,
  ],
]);

attempt("the life of a session", [
  [
    "S37",
    "ends 30 days after the log-in, though it was refreshed every six hours",
    async () => {
      const { clock, signUp, refresh, me } = await openAuth();
      let tokens = await signUp("ada");
      for (let turn = 1; turn < 30 * 4; turn++) {
        clock.advance(DAY / 4);
        tokens = tokensOf(await refresh(tokens.refresh_token));
      }
      clock.advance(DAY / 4 - 0.001);
      tokens = tokensOf(await refresh(tokens.refresh_token));
      clock.advance(0.001);
      expect(verdict(await refresh(tokens.refresh_token))).toEqual(REFUSED);
      expect((await me(tokens.token)).body.code).toBe("invalid_token");
    },
  ],
]);
