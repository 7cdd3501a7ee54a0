import { isAuthError } from "latchkey";
import { expect } from "vitest";
import { newSecret } from "../../../dist/keys/master-key.js";
import {
  type Answer,
  bearer,
  claimsOf,
  newDatabase,
  type OpenAuth,
  openAuth,
  PASSWORD,
  sql,
  type Tokens,
} from "../../http/open-auth.js";
import { type Labels, labelsOf } from "./read-state.js";

const NEW_PASSWORD = "eight tame ducks at dusk";
export const SECRET = newSecret();

/** A database in which everybody whom the acts need has a past, made once and copied for each fault. */
export interface Past {
  readonly path: string;
  readonly labels: Labels;
  readonly seconds: number;
  readonly ada: Tokens;
  readonly adaElsewhere: Tokens;
  /** Of the session elsewhere, two rotations ago. */
  readonly spent: string;
  readonly bob: Tokens;
  readonly ids: Readonly<Record<"ada" | "bob" | "dora", string>>;
  readonly kid: string;
}

/** What came of an act: the status of a success or the code of a refusal, and what a client could read. */
export interface Outcome {
  readonly answer: string;
  readonly text: string;
  readonly tokens?: Tokens | undefined;
  /** Of the sessions that were said to have ended. */
  readonly ended?: readonly Tokens[];
}

export interface Step {
  readonly name: string;
  /** What comes of it where nothing fails. */
  readonly answer: string;
  /** Several acts, of which each can succeed where another one fails. */
  readonly isMany?: true;
  act(subject: OpenAuth, past: Past): Promise<Outcome>;
  /** What comes of it when it is done once more though it had taken effect; the same as the first time where none is told. */
  readonly twice?: string;
  /** What must be true once it was acknowledged. */
  holds?(subject: OpenAuth, past: Past, outcome: Outcome): Promise<void>;
}

/** Makes it, at the door. */
export async function makePast(): Promise<Past> {
  const path = newDatabase();
  const subject = await openAuth({ database: path, secret: SECRET });
  const ada = await subject.signUp("ada", { email: "ada@example.com" });
  const [{ hash }] = (await sql(path, "select password_hash as hash from users")) as [{ hash: string }];
  const more = ["bob", "dora"].map((username) => ({ username, hash, roles: ["admin", "editor"] }));
  await subject.auth.users.import(more);
  const idOf = async (name: string) => (await subject.auth.users.find(name))?.id ?? "";
  const ids = { ada: ada.user_id, bob: await idOf("bob"), dora: await idOf("dora") };
  const bob = await subject.logIn("bob");
  let adaElsewhere = await subject.logIn("ada");
  const spent = adaElsewhere.refresh_token;
  for (let turn = 0; turn < 2; turn++) {
    subject.clock.advance(40);
    adaElsewhere = (await subject.refresh(adaElsewhere.refresh_token)).body as unknown as Tokens;
  }
  await subject.auth.users.disable(ids.dora);
  subject.clock.advance(40);
  const kid = subject.auth.jwks.keys[0]?.kid ?? "";
  await subject.auth.close();
  return { path, labels: labelsOf(path), seconds: 120, ada, adaElsewhere, spent, bob, ids, kid };
}

function http(answer: Answer): Outcome {
  const { status, body, text } = answer;
  if (status === 503) expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  const tokens = typeof body.token === "string" ? (body as unknown as Tokens) : undefined;
  return { answer: typeof body.code === "string" ? body.code : String(status), text, tokens };
}

export async function method(done: Promise<unknown>): Promise<Outcome> {
  try {
    await done;
    return { answer: "done", text: "" };
  } catch (error) {
    return { answer: isAuthError(error) ? error.code : "internal", text: "" };
  }
}

const post = (subject: OpenAuth, path: string, body: object) => subject.post(path, body).then(http);
/** Neither token of a session is good any more. */
export const isRefused = async (subject: OpenAuth, { token, refresh_token }: Tokens) => {
  expect((await subject.me(token)).status).toBe(401);
  expect((await subject.refresh(refresh_token)).body.code).toBe("invalid_grant");
};
const logsIn = async (subject: OpenAuth, username: string, password: string, status = 200) =>
  expect((await subject.post("/token", { username, password })).status).toBe(status);

/** What is done under faults. */
export const STEPS: readonly Step[] = [
  {
    name: "a sign-up",
    answer: "201",
    act: (subject) => post(subject, "/signup", { username: "fay", password: PASSWORD, email: "fay@example.com" }),
    twice: "username_taken",
    holds: (subject) => logsIn(subject, "fay", PASSWORD),
  },
  {
    name: "a log-in",
    answer: "200",
    act: (subject) => post(subject, "/token", { username: "ada", password: PASSWORD }),
  },
  {
    name: "a wrong log-in",
    answer: "invalid_credentials",
    act: (subject) => post(subject, "/token", { username: "ada", password: NEW_PASSWORD }),
  },
  {
    name: "a refresh",
    answer: "200",
    act: (subject, { ada }) => subject.refresh(ada.refresh_token).then(http),
    holds: async (subject, { ada }, { tokens }) => {
      const again = await subject.refresh(ada.refresh_token);
      expect(again.body.refresh_token).toBe(tokens?.refresh_token);
    },
  },
  {
    name: "a replayed refresh",
    answer: "invalid_grant",
    act: (subject, { spent }) => subject.refresh(spent).then(http),
    holds: (subject, { adaElsewhere }) => isRefused(subject, adaElsewhere),
  },
  {
    name: "a log-out by both tokens",
    answer: "204",
    act: (subject, { ada, adaElsewhere }) =>
      subject.logOut(bearer(ada.token), { refresh_token: adaElsewhere.refresh_token }).then(http),
    holds: async (subject, { ada, adaElsewhere }) => {
      await isRefused(subject, ada);
      await isRefused(subject, adaElsewhere);
    },
  },
  {
    name: "a log-out everywhere",
    answer: "204",
    act: (subject, { ada }) =>
      subject.call("/me/sessions", { method: "DELETE", headers: bearer(ada.token) }).then(http),
    twice: "invalid_token",
    holds: (subject, { adaElsewhere }) => isRefused(subject, adaElsewhere),
  },
  {
    name: "log-outs that arrive together",
    answer: "204",
    isMany: true,
    act: async (subject, { ada, adaElsewhere, bob }) => {
      const tokens = [ada, adaElsewhere, bob];
      const answers = await Promise.all(tokens.map(({ token }) => subject.logOut(bearer(token)).then(http)));
      const ended = tokens.filter((_, index) => answers[index]?.answer === "204");
      const failed = answers.find(({ answer }) => answer !== "204");
      return { answer: "204", text: "", ...failed, ended };
    },
    holds: (subject, { bob }) => isRefused(subject, bob),
  },
  {
    name: "a change of the password",
    answer: "204",
    act: (subject, { ada }) =>
      subject
        .call("/me/password", {
          method: "PUT",
          headers: { "content-type": "application/json", ...bearer(ada.token) },
          body: JSON.stringify({ current_password: PASSWORD, new_password: NEW_PASSWORD }),
        })
        .then(http),
    twice: "invalid_credentials",
    holds: async (subject, { adaElsewhere }) => {
      await isRefused(subject, adaElsewhere);
      await logsIn(subject, "ada", NEW_PASSWORD);
    },
  },
  {
    name: "disabling a user",
    answer: "done",
    act: (subject, { ids }) => method(subject.auth.users.disable(ids.bob)),
    holds: (subject, { bob }) => isRefused(subject, bob),
  },
  {
    name: "enabling a user",
    answer: "done",
    act: (subject, { ids }) => method(subject.auth.users.enable(ids.dora)),
    holds: (subject) => logsIn(subject, "dora", PASSWORD),
  },
  {
    name: "taking a role away",
    answer: "done",
    act: (subject, { ids }) => method(subject.auth.users.setRoles(ids.bob, ["editor"])),
    holds: async (subject, { bob }) => {
      expect((await subject.me(bob.token)).status).toBe(401);
      expect((await subject.refresh(bob.refresh_token)).status).toBe(200);
    },
  },
  {
    name: "deleting a user",
    answer: "done",
    act: (subject, { ids }) => method(subject.auth.users.delete(ids.bob)),
    twice: "not_found",
    holds: (subject, { bob }) => isRefused(subject, bob),
  },
  {
    name: "ending a session",
    answer: "done",
    act: (subject, { bob }) => method(subject.auth.sessions.end(String(claimsOf(bob.token).sid))),
    holds: (subject, { bob }) => isRefused(subject, bob),
  },
  {
    name: "an import",
    answer: "done",
    act: (subject) =>
      method(
        subject.auth.users.import(
          ["gus", "hal", "ada"].map((username) => ({
            username,
            hash: `$2b$04$${"abcdefghijklmnopqrstu.".repeat(3).slice(0, 53)}`,
          })),
        ),
      ),
    holds: async (subject) => expect((await subject.auth.users.find("hal"))?.username).toBe("hal"),
  },
  {
    name: "a rotation of the keys",
    answer: "done",
    act: (subject) => method(subject.auth.keys.rotate()),
    holds: async (subject) => expect(subject.auth.jwks.keys).toHaveLength(2),
  },
  {
    name: "revoking the key that signs",
    answer: "done",
    act: (subject, { kid }) => method(subject.auth.keys.revoke(kid)),
    twice: "not_found",
    holds: async (subject, { ada }) => {
      expect((await subject.me(ada.token)).status).toBe(401);
      expect((await subject.refresh(ada.refresh_token)).status).toBe(200);
    },
  },
];
