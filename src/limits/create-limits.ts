import { AuthError, isAuthError } from "../errors/auth-error.js";
import type { Store } from "../store/store.js";
import { counterOf } from "./attempt-key.js";
import { type Block, type Choice, type Counters, openCounters, type Verdict } from "./counters.js";
import { type Charge, isKnown } from "./limit-rule.js";
import { networkOf } from "./network-of.js";
import { createSprayWatch, type Spray, type SprayWatch } from "./spray-watch.js";
import { type Counter, SPRAY, type TierName } from "./tiers.js";
import { createWaitingLine } from "./waiting-line.js";

/** Who tries, and from where; `account` is the key under which the account is found, or whatever was typed instead of one. */
export interface Attempted {
  readonly account: string;
  readonly address?: string | undefined;
}

/** Throws where the act would be refused at this moment, whatever became of the attempt. */
export interface Room {
  readonly requireRoom?: () => void;
}

/** A password that may be checked now. It was charged as a failure in advance. The first word about it counts. */
export interface Attempt {
  /** Lets the charge stand: the password was wrong, or nobody's. */
  failed(): void;
  /** Gives the charge back, forgets the failures of this account from this network, and remembers that it logged in from there. */
  succeeded(): void;
  /** Gives the charge back where nobody found out whether the password was right. */
  withdraw(): void;
}

/** What is refused a number of times, and then no longer looked at, by network alone. */
export type RefusedKind = "sign_up" | "refresh";

/** What limits tell the log: a tier has begun to block, counts could not be written, or many failures look like one attack. No name stands in it. */
export type LimitEvent =
  | {
      readonly event: "attempts.blocked";
      readonly tier: TierName;
      readonly attempts: number;
      readonly seconds: number;
      readonly address: string | undefined;
    }
  | { readonly event: "attempts.unwritten"; readonly error: string }
  | ({ readonly event: "login.spray_suspected" } & Spray);

/** Limits on how often one may try. */
export interface Limits {
  /**
   * Does an act with an attempt that was admitted, in its turn: as many of one account and network are under way as may fail in a row. An act
   * that throws has found nothing out, and its charge is given back; where `requireRoom` throws there is none.
   */
  attempt<Result>(attempted: Attempted & Room, act: (attempt: Attempt) => Promise<Result>): Promise<Result>;
  /** Lets a log-in be tried, or throws `rate_limited` with the seconds after which one will be. */
  admit(attempted: Attempted): Promise<Attempt>;
  /** Charges a refused sign-up or refresh; throws `rate_limited` in the place of its refusal where there were too many. */
  refuse(kind: RefusedKind, address?: string): Promise<void>;
  /** Throws `rate_limited` where there were too many refused; charges nothing. */
  requireOpen(kind: RefusedKind, address?: string): Promise<void>;
  /** Deletes what no longer matters; answers how many counters that were. */
  forgetPast(): Promise<number>;
  /** Writes what waits in memory; to be called before the store is closed. */
  close(): Promise<void>;
}

/** What limits are made of; `secret` gives the key of the HMAC that counters are stored under. */
export interface LimitsOptions {
  readonly store: Pick<Store, "attempts">;
  readonly secret: () => Uint8Array;
  readonly log?: (event: LimitEvent) => void;
}

/** Makes the limits of a server, shared by all that are on the same database. */
export function createLimits({ store, secret, log = () => {} }: LimitsOptions): Limits {
  const counters = openCounters(store.attempts, (error) =>
    log({ event: "attempts.unwritten", error: isAuthError(error) ? error.code : String(error) }),
  );
  const mayTell = createOnceABlock();
  const spray = createSprayWatch(SPRAY, (found) => log({ event: "login.spray_suspected", ...found }));

  function requireUnblocked({ blocks, now }: Verdict, address: string | undefined): void {
    if (blocks.length === 0) return;
    for (const block of blocks) {
      const { counter, attempts, waitMs } = block;
      counters.tally(counter.key);
      if (!mayTell(block, now)) continue;
      log({ event: "attempts.blocked", tier: counter.tier, attempts, seconds: secondsOf(waitMs), address });
    }
    throw new AuthError("rate_limited", { retryAfter: secondsOf(Math.max(...blocks.map((block) => block.waitMs))) });
  }

  /** Looks before it charges, so that a flood of refused attempts takes no lock. */
  async function charge(all: readonly Counter[], choose: Choice, address: string | undefined): Promise<Verdict> {
    const keys = all.map((counter) => counter.key);
    requireUnblocked(await counters.look(keys, choose), address);
    const verdict = await counters.charge(keys, choose);
    requireUnblocked(verdict, address);
    return verdict;
  }

  function ofNetwork(kind: RefusedKind, address: string | undefined): readonly Counter[] {
    const network = networkOf(address);
    return network === undefined ? [] : [counterOf(kind, { network }, secret())];
  }

  async function admit({ account, address }: Attempted): Promise<Attempt> {
    const counted = countersOfLogIn({ account, network: networkOf(address) }, secret());
    const { now, charges } = await charge(counted.all, counted.choose, address);
    return attemptOf({ ...counted, now, charges, spray, giveBack: counters.giveBack });
  }

  return {
    attempt: attemptsInTurn(admit),
    admit,
    async refuse(kind, address) {
      const counted = ofNetwork(kind, address);
      if (counted.length > 0) await charge(counted, () => counted, address);
    },
    async requireOpen(kind, address) {
      const counted = ofNetwork(kind, address);
      const keys = counted.map((counter) => counter.key);
      if (keys.length > 0) requireUnblocked(await counters.look(keys, () => counted), address);
    },
    forgetPast: () => store.attempts.forgetPast(),
    close: () => counters.close(),
  };
}

/** Attempts that wait for those before them. */
function attemptsInTurn(admit: Limits["admit"]): Limits["attempt"] {
  const line = createWaitingLine();
  return (attempted, act) =>
    // By the network, as the attempts are counted: the addresses of a /64 have one count, and so one line.
    line.run(`${attempted.account}\n${networkOf(attempted.address)}`, async () => {
      attempted.requireRoom?.();
      const attempt = await admit(attempted);
      try {
        return await act(attempt);
      } catch (error) {
        attempt.withdraw();
        throw error;
      }
    });
}

interface Charged extends CountersOfLogIn, Omit<Verdict, "blocks">, Pick<Counters, "giveBack"> {
  readonly spray: SprayWatch;
}

function attemptOf({ now, charges, pair, byAccount, byNetwork, spray, giveBack }: Charged): Attempt {
  let open = true;
  const decide = (outcome: () => void) => () => {
    if (!open) return;
    open = false;
    outcome();
  };
  const giveAllBack = (clears: (charge: Charge) => boolean) => {
    for (const charge of charges) giveBack({ charge, clear: clears(charge) });
  };
  return {
    failed: decide(() => {
      // Whoever mistypes where they logged in lately is no stranger.
      const isStranger = charges.some(({ key }) => key === byAccount.key);
      if (isStranger && byNetwork !== undefined) spray.failed(byAccount.key, byNetwork.key, now);
    }),
    succeeded: decide(() => {
      giveAllBack(({ key }) => key === pair.key);
      spray.succeeded(byAccount.key, now);
    }),
    withdraw: decide(() => giveAllBack(() => false)),
  };
}

/** All counters that a log-in may be counted by, and the choice among them, which the counter of the pair decides. */
interface CountersOfLogIn {
  readonly all: readonly Counter[];
  readonly choose: Choice;
  readonly pair: Counter;
  readonly byAccount: Counter;
  readonly byNetwork: Counter | undefined;
}

function countersOfLogIn(
  { account, network }: { account: string; network: string | undefined },
  secret: Uint8Array,
): CountersOfLogIn {
  const pair = counterOf("pair", { account, network }, secret);
  const byAccount = counterOf("account", { account }, secret);
  const ofNetwork = (tier: TierName) => (network === undefined ? undefined : counterOf(tier, { network }, secret));
  const byNetwork = ofNetwork("network");
  const known = [pair, ofNetwork("known_network")].filter((counter) => counter !== undefined);
  const unknown = [pair, byAccount, byNetwork].filter((counter) => counter !== undefined);
  const choose: Choice = ({ rows, now }) => {
    const row = rows.get(pair.key);
    return row !== undefined && isKnown(row, now) ? known : unknown;
  };
  return { all: [...new Set([...known, ...unknown])], choose, pair, byAccount, byNetwork };
}

const PAUSE_MS = 60_000;
const MOST_TOLD = 10_000;

/** Tells whether the log is to hear of a block: once a block, and of one counter once a minute. */
function createOnceABlock(): (block: Block, now: number) => boolean {
  const told = new Map<string, { readonly until: number; readonly at: number }>();
  return ({ counter: { key }, until }, now) => {
    const last = told.get(key);
    if (last !== undefined && (last.until === until || Math.abs(now - last.at) < PAUSE_MS)) return false;
    told.delete(key);
    const [oldest] = told.keys();
    if (oldest !== undefined && told.size >= MOST_TOLD) told.delete(oldest);
    told.set(key, { until, at: now });
    return true;
  };
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
