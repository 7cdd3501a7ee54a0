import type { Answered } from "../../http/check-answer.js";
import type { Dice } from "../dice.js";
import type { Known } from "./fuzz-operations.js";

/** An account whose password is known, and the address that it comes from. */
export interface Person {
  readonly username: string;
  password: string;
  readonly address: string;
}

/** What a log-in gave, and its last refresh gave anew. */
export interface Held {
  readonly person: Person;
  token: string;
  refreshToken: string;
  readonly transport: "body" | "cookie";
}

/** The accounts and sessions that requests are made with; it lives on what is answered. */
export interface People {
  /** A session that was alive a moment ago. */
  held(dice: Dice): Held | undefined;
  person(dice: Dice): Person | undefined;
  /** Whether new log-ins, or new accounts, are wanted. */
  wants(): "log-in" | "account" | undefined;
  /** Learns from the answer to a request of which nothing was wrong. */
  learn(sent: SentWell, answer: Answered): void;
}

/** What a request was made with. */
export interface SentWell {
  readonly members: Readonly<Record<string, unknown>>;
  readonly held: Held | undefined;
  readonly person: Person | undefined;
  readonly address: string;
}

const MOST = 64;
const FEW = 12;

/** Makes an empty set of people. */
export function createPeople(): People {
  const persons: Person[] = [];
  const sessions: Held[] = [];

  function keep<T>(list: T[], one: T): void {
    if (list.length >= MOST) list.shift();
    list.push(one);
  }

  function drop<T>(list: T[], one: T | undefined): void {
    const at = one === undefined ? -1 : list.indexOf(one);
    if (at >= 0) list.splice(at, 1);
  }

  function welcome({ members, held, person, address }: SentWell, answer: Answered): void {
    const { token, refresh_token } = JSON.parse(answer.text) as { token?: string; refresh_token?: string };
    const cookie = /__Host-latchkey=(lkr_[^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1];
    const refreshToken = refresh_token ?? cookie;
    if (token === undefined || refreshToken === undefined) return;
    const { username, password } = members;
    if (typeof username !== "string" || typeof password !== "string") {
      if (held !== undefined) Object.assign(held, { token, refreshToken });
      return;
    }
    const owner = person?.username === username ? person : { username, password, address };
    if (!persons.includes(owner)) keep(persons, owner);
    keep(sessions, { person: owner, token, refreshToken, transport: cookie === undefined ? "body" : "cookie" });
  }

  return {
    held: (dice) => sessions[dice.whole(sessions.length)],
    person: (dice) => persons[dice.whole(persons.length)],
    wants: () => (persons.length < FEW ? "account" : sessions.length < FEW ? "log-in" : undefined),
    learn(sent, answer) {
      const { members, held, person } = sent;
      if (answer.status === 401) {
        if ("username" in members || "current_password" in members) drop(persons, person);
        else drop(sessions, held);
      }
      if (answer.status === 204 && typeof members.new_password === "string" && person !== undefined)
        person.password = members.new_password;
      if ((answer.status === 200 || answer.status === 201) && answer.text.includes('"token"')) welcome(sent, answer);
    },
  };
}

let names = 0;

/** What is worth something as the member of a body, for one request. */
export function knownTo(dice: Dice, issuer: string, { held, person }: Pick<SentWell, "held" | "person">): Known {
  const fresh = () => `u${process.pid}x${names++}`;
  const values: Readonly<Record<string, () => unknown>> = {
    username: () => person?.username ?? fresh(),
    password: () => person?.password ?? `a good password ${names++}`,
    current_password: () => held?.person.password,
    new_password: () => `another good password ${names++}`,
    email: () => `${fresh()}@example.com`,
    audience: () => issuer,
    refresh_token: () => (held?.transport === "cookie" && dice.chance(0.9) ? undefined : held?.refreshToken),
  };
  return (name) => (Object.hasOwn(values, name) ? values[name]?.() : undefined);
}
