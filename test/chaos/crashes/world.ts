import { join } from "node:path";
import type { Far } from "../../cli/far-auth.js";
import { type Answer, type Running, type SendOptions, type Server, send, start } from "../../cli/run-server.js";
import type { Dice } from "../dice.js";
import { type Account, type Act, type Ledger, Lost } from "./ledger.js";

/** The processes on one data folder, and what their clients know. */
export interface World {
  readonly dice: Dice;
  readonly ledger: Ledger;
  readonly data: string;
  readonly port: number;
  server: Server;
  /** The second process on the same database. */
  far: Far;
  /** Command lines that run beside them. */
  readonly commands: Set<Running>;
  /** Acts whose answer has not come. */
  readonly inFlight: Set<Act>;
  /** Requests that began at this moment (of `performance.now()`) or later may stay without an answer. */
  mayFailFrom: number;
  /** Whether the clients shall go: the server has. */
  isOver: boolean;
  /** Whether the second process was killed. */
  isFarKilled: boolean;
  /** Called with every act that was acknowledged. */
  onAcknowledged: () => void;
}

export const databaseOf = ({ data }: Pick<World, "data">): string => join(data, "latchkey.db");

/** Asks the server for an account. Throws {@link Lost} where no answer came of a server that was stopped. */
export async function ask<T = { code?: string }>(
  world: World,
  { address }: Pick<Account, "address">,
  [method, path]: readonly [method: string, path: string],
  options: SendOptions = {},
): Promise<Answer<T>> {
  const begun = performance.now();
  // A connection that the server gives up as idle could take the next request with it.
  const headers = { "x-forwarded-for": address, connection: "close" };
  const answer = await send<T>(method, world.server.at + path, { ...options, headers }).catch((error: Error) => {
    if (begun >= world.mayFailFrom) {
      world.isOver = true;
      throw new Lost(`${method} ${path}`);
    }
    throw new Error(`${method} ${path} got no answer: ${error.cause ?? error}`);
  });
  if (answer.status < 500) return answer;
  throw new Error(`${method} ${path} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** Asks the second process. Throws {@link Lost} where it was killed. */
export async function askFar<Value = null>(world: World, method: string, ...given: readonly unknown[]): Promise<Value> {
  return world.far.call<Value>(method, ...given).catch((error: Error) => {
    throw error.message === "gone" && world.isFarKilled ? new Lost(method) : new Error(`${method}: ${error.message}`);
  });
}

/** Runs the command line to its end. Throws {@link Lost} where it was killed. */
export async function command(world: World, ...parameters: readonly string[]): Promise<void> {
  const { data, port } = world;
  const running = start([...parameters, "--data", data, "--url", `http://localhost:${port}`], { folder: data });
  world.commands.add(running);
  const { code, signal, stderr } = await running.ended;
  world.commands.delete(running);
  if (signal === "SIGKILL") throw new Lost(parameters.join(" "));
  if (code !== 0) throw new Error(`${parameters.join(" ")} ended with ${code ?? signal}: ${stderr}`);
}

/** Performs an act for the account or whatever else remembers that its answer has not come. */
export async function perform(world: World, owner: { pending: Act | undefined }, act: Act): Promise<void> {
  owner.pending = act;
  world.inFlight.add(act);
  try {
    await act.perform();
  } finally {
    world.inFlight.delete(act);
  }
  owner.pending = undefined;
  world.ledger.acknowledged[act.kind]++;
  world.onAcknowledged();
}

/** Settles what was left without an answer. */
export async function settle({ ledger }: World, owner: { pending: Act | undefined }): Promise<void> {
  const done = await owner.pending?.settle();
  if (owner.pending !== undefined) ledger.lost[done === undefined ? "traceless" : done ? "done" : "undone"]++;
  owner.pending = undefined;
}
