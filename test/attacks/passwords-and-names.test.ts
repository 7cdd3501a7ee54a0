import { expect } from "vitest";
import { COMMON_PASSWORDS } from "../../dist/passwords/common-passwords.js";
import {
  type Answer,
  bearer,
  newDatabase,
  type OpenAuth,
  openAuth,
  PASSWORD,
  sql,
  type Tokens,
} from "../http/open-auth.js";
import { attempt } from "./attack.js";

const COMMON: readonly string[] = COMMON_PASSWORDS.split(" ").slice(0, 3000);

/** A server on a file, with the user of that name. */
async function openWith(
  username: string,
): Promise<{ door: OpenAuth; tokens: Tokens; rows: () => Promise<readonly unknown[]> }> {
  const database = newDatabase();
  const door = await openAuth({ database });
  const tokens = await door.signUp(username);
  return { door, tokens, rows: () => sql(database, "select * from users order by id") };
}

const signUp = (door: OpenAuth, username: string, password = PASSWORD) => door.post("/signup", { username, password });
const logIn = (door: OpenAuth, username: string, password: string) => door.post("/token", { username, password });
const change = (door: OpenAuth, token: string, body: object) =>
  door.call("/me/password", {
    method: "PUT",
    headers: { "content-type": "application/json", ...bearer(token) },
    body: JSON.stringify(body),
  });
const verdict = ({ status, body }: Answer) => `${status} ${body.code ?? ""}`.trim();

/** The code of the refusal, where it is refused. */
async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  return act.then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
}

/** Passwords that are kept to the letter, each with others that are not the same. */
const KEPT: readonly (readonly [string, string, readonly string[]])[] = [
  ["a second half behind 72 bytes", `${"long ".repeat(15)}one`, [`${"long ".repeat(15)}two`, "long ".repeat(15)]],
  ["72 bytes of two bytes each, and more", `${"é".repeat(36)}one`, [`${"é".repeat(36)}two`, "é".repeat(36)]],
  ["64 letters", "xy".repeat(32), ["xy".repeat(31), `${"xy".repeat(32)}x`]],
  ["1024 letters", "z".repeat(1024), ["z".repeat(1023), "z".repeat(1025)]],
  ["1024 letters of four bytes", "\u{1F511}".repeat(1024), ["\u{1F511}".repeat(1023)]],
  ["NUL inside", "wild\0geese at dawn", ["wild", "wild\0", "wild\0geese at dusk", "wildgeese at dawn"]],
  ["NUL in front", "\0wild geese", ["", "\0", "wild geese", "\0wild goose"]],
];

const SPACES_AND_EMOJI: readonly (readonly [string, string, readonly string[]])[] = [
  ["spaces alone", " ".repeat(12), ["", " ".repeat(11), " ".repeat(13)]],
  ["spaces around", "  wild  geese  ", ["wild  geese", "wild geese", "  wild geese  "]],
  ["line ends", "wild geese\r\n", ["wild geese", "wild geese\n"]],
  ["64 emoji", "\u{1F600}".repeat(64), ["\u{1F600}".repeat(63), "\ufffd".repeat(64)]],
  ["a family of one look", "\u{1F469}\u200d\u{1F467} and four geese", ["\u{1F469}\u{1F467} and four geese"]],
  ["quotes and braces", `{"$ne": null} or '1'='1`, ["{$ne: null} or 1=1"]],
  ["digits and letters without any other", "goose12goose", ["Goose12goose"]],
];

async function expectKept(passwords: typeof KEPT): Promise<void> {
  const door = await openAuth();
  for (const [what, password, others] of passwords) {
    const username = `name ${passwords.findIndex(([each]) => each === what)}`;
    expect((await signUp(door, username, password)).status, what).toBe(201);
    for (const other of others) expect((await logIn(door, username, other)).status, `${what}: ${other}`).toBe(401);
    expect((await logIn(door, username, password)).status, what).toBe(200);
  }
}

/** Names that must not stand beside `admin`. */
const LIKE_ADMIN: readonly string[] = [
  ...[
    "admin",
    "ADMIN",
    "Admin",
    "aDmIn",
    "ａｄｍｉｎ",
    "ＡＤＭＩＮ",
    "𝐚𝐝𝐦𝐢𝐧",
    "𝓪𝓭𝓶𝓲𝓷",
    "ⓐⓓⓜⓘⓝ",
    "ᵃᵈᵐⁱⁿ",
    "admın",
    "ADMİN",
    "aꓒmin",
  ],
  ...[
    "admin\u200b",
    "ad\u200bmin",
    "\ufeffadmin",
    "ad\u200dmin",
    "ad\u00admin",
    "admin\u2060",
    "ad\u034fmin",
    "admin\ufe0f",
    "admin\u3164",
  ],
  ...["\u202eadmin", "\u202enimda", "\u2066admin\u2069", "admin\u200e", "admin\u200f", "\u061cadmin"],
  ...["аdmin", "аԁmіn", "admіn", "αdmin", "adm\u0456n", "ad\u043cin", "aԁmin", "ɑdmin\u0301\u0301"],
  ...[" admin", "admin ", "admin\u00a0", "admin\t", "admin\n", "admin\0", "\0admin", "admin\u2003", "admin\u0000x"],
  ...["admin\ud800", "admin\uffff", "admin\ue000", "admin\u{e0041}"],
];

/** Spellings of one name that look alike, and are one. */
const SAME_NAMES: readonly (readonly [string, string])[] = [
  ["Zoë", "Zoe\u0308"],
  ["straße", "STRASSE"],
  ["Ångström", "\u212bngstro\u0308m"],
  ["Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"],
  ["ﬁnn anders", "Finn Anders"],
  ["аррӏе", "apple"],
  ["scope", "ѕсоре"],
];

attempt("passwords", [
  [
    "S10",
    "the 3,000 most common passwords that are long enough are refused wherever a password is set, and nothing changes",
    async () => {
      const { door, tokens, rows } = await openWith("ada");
      const before = await rows();
      const { users } = door.auth;
      const ways: Readonly<Record<string, (password: string) => Promise<string | undefined>>> = {
        "sign-up": async (password) => (await signUp(door, "emil", password)).body.code as string,
        change: async (new_password) =>
          (await change(door, tokens.token, { current_password: PASSWORD, new_password })).body.code as string,
        "an administrator's new user": (password) => codeOf(users.add({ username: "emil", password })),
        "an administrator's new password": (password) => codeOf(users.setPassword(tokens.user_id, password)),
      };
      expect(COMMON.filter((password) => password.length >= 8)).toHaveLength(3000);
      for (const [way, tryOut] of Object.entries(ways)) {
        const accepted: string[] = [];
        for (const password of COMMON) if ((await tryOut(password)) !== "password_too_common") accepted.push(password);
        expect(accepted, way).toEqual([]);
      }
      expect(await rows()).toEqual(before);
      expect((await logIn(door, "ada", PASSWORD)).status).toBe(200);
      expect((await door.me(tokens.token)).status).toBe(200);
    },
    120_000,
  ],
  [
    "S11",
    "every byte of a password counts, behind the 72nd and behind NUL too, up to 1024 characters",
    () => expectKept(KEPT),
  ],
  [
    "S11",
    "a password of more than 1024 characters is refused where it is set, before anything is hashed, and opens nothing",
    async () => {
      const { door, tokens, rows } = await openWith("ada");
      const before = await rows();
      for (const long of ["z".repeat(1025), "\u{1F511}".repeat(1025), "e\u0301".repeat(1025), "z".repeat(60_000)]) {
        expect(verdict(await signUp(door, "emil", long))).toBe("400 invalid_request");
        const body = { current_password: PASSWORD, new_password: long };
        expect(verdict(await change(door, tokens.token, body))).toBe("400 invalid_request");
        expect(await codeOf(door.auth.users.setPassword(tokens.user_id, long))).toBe("invalid_request");
        expect([400, 401]).toContain((await logIn(door, "ada", long)).status);
      }
      expect(verdict(await signUp(door, "emil", "z".repeat(70_000)))).toBe("413 too_large");
      expect(await rows()).toEqual(before);
    },
  ],
  [
    "S13",
    "a password typed in NFC and in NFD is one, and no other spelling is",
    async () => {
      const door = await openAuth();
      const password = "Zoë flew to Ångström ﬁrst";
      for (const [username, form] of [
        ["composed", "NFC"],
        ["decomposed", "NFD"],
      ] as const) {
        expect((await signUp(door, username, password.normalize(form))).status).toBe(201);
        for (const typed of ["NFC", "NFD"] as const) {
          expect((await logIn(door, username, password.normalize(typed))).status, `${form} ${typed}`).toBe(200);
        }
        const others = [password.normalize("NFKC"), password.toLowerCase(), password.toUpperCase(), `${password} `];
        for (const other of [...others, password.replaceAll(" ", "\u00a0"), password.replace("ë", "e")]) {
          expect((await logIn(door, username, other)).status, other).toBe(401);
        }
      }
    },
  ],
  ["S14", "spaces, emoji and any composition are kept exactly as they were given", () => expectKept(SPACES_AND_EMOJI)],
]);

attempt("names", [
  [
    "S12",
    "nobody gets a name that is somebody's id, by which an administrator would hit the other one",
    async () => {
      const { door, tokens, rows } = await openWith("admin");
      const id = tokens.user_id;
      for (const username of [id, id.toUpperCase(), id.replace("-7", "-７"), id.replace(/.$/, "0")]) {
        expect(verdict(await signUp(door, username)), username).toBe("400 invalid_request");
        expect(await codeOf(door.auth.users.add({ username, password: PASSWORD }))).toBe("invalid_request");
      }
      expect((await signUp(door, id.replaceAll("-", ""))).status).toBe(201);
      expect((await door.auth.users.find(id))?.username).toBe("admin");
      expect(await rows()).toHaveLength(2);
    },
  ],
  [
    "S12",
    "nobody gets a name that looks like one that is taken, by sign-up, from an administrator, or by an import",
    async () => {
      const { door, rows } = await openWith("admin");
      const before = await rows();
      const { users } = door.auth;
      const hash = String((before[0] as { password_hash: string }).password_hash);
      for (const username of LIKE_ADMIN) {
        const what = JSON.stringify(username);
        // From ever new places: what is taken is refused so often in one, and then not looked at.
        const place = door.from(`198.51.100.${LIKE_ADMIN.indexOf(username)}`);
        const refused = verdict(await place.post("/signup", { username, password: PASSWORD }));
        expect(["409 username_taken", "400 invalid_request"], what).toContain(refused);
        expect(["username_taken", "invalid_request"], what).toContain(
          await codeOf(users.add({ username, password: PASSWORD })),
        );
        const [outcome] = await users.import([{ username, hash }]);
        expect(["present", "refused"], what).toContain(outcome?.outcome);
      }
      expect(await rows()).toEqual(before);
    },
  ],
  [
    "S12",
    "of the spellings of one name that are asked for at once, one gets it",
    async () => {
      const { door, rows } = await openWith("somebody else");
      const spellings = ["admin", "ADMIN", "Admin", "ａｄｍｉｎ", "аdmin", "admin\u200b", "𝐚𝐝𝐦𝐢𝐧", "аԁmіn"];
      const answers = await Promise.all(spellings.map((username) => signUp(door, username)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 400, 409]));
      expect(await rows()).toHaveLength(2);
    },
  ],
  [
    "S12",
    "a name in another composition, case, width or script that looks the same is the same",
    async () => {
      const { door, rows } = await openWith("admin");
      for (const [first, second] of SAME_NAMES) {
        expect((await signUp(door, first)).status, first).toBe(201);
        expect(verdict(await signUp(door, second)), second).toBe("409 username_taken");
      }
      expect(await rows()).toHaveLength(1 + SAME_NAMES.length);
    },
  ],
]);
