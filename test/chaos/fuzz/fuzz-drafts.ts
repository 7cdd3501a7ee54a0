import type { Dice } from "../dice.js";
import { requestBytes } from "../wire.js";
import { allowedValue, type Operation } from "./fuzz-operations.js";
import { type Held, knownTo, type People, type Person } from "./fuzz-people.js";

/** A request before it is bytes, which may still be made wrong. */
export interface Draft {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer | undefined;
  framing: "length" | "chunked" | "none";
  /** The server may wait for more than there is, or take the rest for a request of its own. */
  isBroken: boolean;
  /** No URL can be made of it. */
  isUnreadable: boolean;
  /** Whether nothing was made wrong. */
  isGood: boolean;
  readonly members: Readonly<Record<string, unknown>>;
  readonly held: Held | undefined;
  readonly person: Person | undefined;
  readonly address: string;
}

/** Where requests go, and who makes them. */
export interface Scene {
  readonly operations: readonly Operation[];
  readonly people: People;
  readonly issuer: string;
}

/** A request that an operation, any where none is named, should answer well. */
export function goodDraft({ operations, people, issuer }: Scene, dice: Dice, named?: Operation): Draft {
  const wanted = named === undefined && dice.chance(0.3) ? people.wants() : undefined;
  const operation = named ?? operationFor(wanted, operations) ?? anyOperation(operations, dice);
  const held = people.held(dice);
  // Half of the names are new ones: a sign-up wants such, a log-in one that is known.
  const isNew = wanted === "account" || (wanted === undefined && dice.chance(0.5));
  const person = operation.credentials.includes("bearer") ? held?.person : isNew ? undefined : people.person(dice);
  const members = membersOf(operation, dice, knownTo(dice, issuer, { held, person }));
  const address = person?.address ?? held?.person.address ?? anyAddress(dice);
  const draft: Draft = {
    method: operation.method,
    target: operation.path.replaceAll(/\{\w+\}/g, () => idOf(held, dice)),
    headers: [
      ["Host", "127.0.0.1"],
      ["X-Forwarded-For", address],
    ],
    body: undefined,
    framing: "none",
    isBroken: false,
    isUnreadable: false,
    isGood: true,
    members,
    held,
    person,
    address,
  };
  for (const name of operation.headers)
    if (dice.chance(0.3)) draft.headers.push([name, dice.pick(['"x"', "*", 'W/"x"'])]);
  prove(draft, operation, dice, issuer);
  if (Object.keys(members).length > 0 || operation.body?.required) {
    draft.body = Buffer.from(JSON.stringify(members));
    draft.framing = dice.chance(0.9) ? "length" : "chunked";
    draft.headers.push(["Content-Type", "application/json"]);
  }
  return draft;
}

/** Those with a body have more that can be wrong with them. */
function anyOperation(operations: Scene["operations"], dice: Dice): Operation {
  const withBody = operations.filter(({ body }) => body !== undefined);
  return dice.pick(withBody.length > 0 && dice.chance(0.5) ? withBody : operations);
}

function operationFor(wanted: ReturnType<People["wants"]>, operations: Scene["operations"]): Operation | undefined {
  if (wanted === undefined) return undefined;
  const takes = (name: string) => (operation: Operation) => operation.body?.schema.properties?.[name] !== undefined;
  const named = operations.filter(takes("username"));
  return wanted === "account" ? named.find(takes("email")) : named.find((each) => !takes("email")(each));
}

function membersOf(operation: Operation, dice: Dice, known: ReturnType<typeof knownTo>): Record<string, unknown> {
  if (operation.body === undefined) return {};
  const members = allowedValue(operation.body.schema, dice, known) as Record<string, unknown>;
  // The cookie has no body beside it, nor the access token a need of one.
  if (operation.credentials.includes("cookie") && dice.chance(0.3)) return {};
  return members;
}

function prove(draft: Draft, { credentials }: Operation, dice: Dice, issuer: string): void {
  const { held, members } = draft;
  if (credentials.includes("bearer") && held !== undefined)
    draft.headers.push(["Authorization", `Bearer ${held.token}`]);
  const isCookie =
    credentials.includes("cookie") && held?.transport === "cookie" && members.refresh_token === undefined;
  if (isCookie) draft.headers.push(["Cookie", `__Host-latchkey=${held.refreshToken}`]);
  if (isCookie || members.transport === "cookie" || dice.chance(0.2)) draft.headers.push(["Origin", issuer]);
}

/** The session of an access token, now and then: nobody lives long whose sessions are all ended. */
function idOf(held: Held | undefined, dice: Dice): string {
  const payload = held?.token.split(".")[1] ?? "";
  if (payload === "" || dice.chance(0.8)) return "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4";
  return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly sid: string }).sid;
}

/** Many networks, so that the limits of one do not hide what is behind them; a few come often enough to be refused. */
export function anyAddress(dice: Dice): string {
  if (dice.chance(0.05)) return `203.0.113.${dice.whole(2)}`;
  const [one, two, three] = dice.bytes(3);
  if (dice.chance(0.2)) return `2001:db8:${one}:${two}::${three}`;
  return `10.${one}.${two}.${three}`;
}

/** The bytes of a request, as right or wrong as it is. */
export function bytesOf({ method, target, headers, body, framing }: Draft): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body === undefined || framing === "none") return requestBytes(lines, body);
  if (framing === "length") return requestBytes([...lines, `Content-Length: ${body.length}`], body);
  const half = body.length >> 1;
  const chunks = [body.subarray(0, half), body.subarray(half)].filter((chunk) => chunk.length > 0);
  const written = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  return requestBytes([...lines, "Transfer-Encoding: chunked"], Buffer.concat([...written, Buffer.from("0\r\n\r\n")]));
}
