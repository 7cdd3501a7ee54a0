/**
 * When failed log-ins look like one password that is tried on everybody: `accounts` of them within `seconds`, of which one network counts for
 * `ofOneNetwork` at most, and which are no smaller a part than `share` of all accounts that were tried. `most` accounts are remembered.
 */
export interface SprayRule {
  readonly accounts: number;
  readonly ofOneNetwork: number;
  readonly share: number;
  readonly seconds: number;
  readonly most: number;
}

/** What was found: how many accounts failed, from how many networks, while how many logged in, in how many seconds. */
export type Spray = {
  readonly accounts: number;
  readonly networks: number;
  readonly succeeded: number;
  readonly seconds: number;
};

/** Watches what becomes of the log-ins of one process. Accounts and networks are given by the keys of their counters; `now` is in milliseconds. */
export interface SprayWatch {
  failed(account: string, network: string, now: number): void;
  succeeded(account: string, now: number): void;
}

interface Outcome {
  /** Where it failed from; `undefined` where it succeeded. */
  readonly failedFrom: string | undefined;
  readonly at: number;
}

/**
 * Makes a watch that has seen nothing; it tells of a spray once in the seconds of its rule. Whoever mistypes a password logs in next, and then
 * has not failed; so traffic alone, however much it is, makes no spray.
 */
export function createSprayWatch(rule: SprayRule, tell: (found: Spray) => void): SprayWatch {
  const { seconds } = rule;
  // The last outcome of each account, the oldest first.
  const outcomes = new Map<string, Outcome>();
  const failuresFrom = new Map<string, number>();
  let suspicious = 0;
  let loggedIn = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  // A clock that was set back ends a window too.
  const isOver = (at: number, now: number) => Math.abs(now - at) >= seconds * 1000;

  function count({ failedFrom }: Outcome, step: 1 | -1): void {
    if (failedFrom === undefined) {
      loggedIn += step;
      return;
    }
    const before = failuresFrom.get(failedFrom) ?? 0;
    const after = before + step;
    if (after === 0) failuresFrom.delete(failedFrom);
    else failuresFrom.set(failedFrom, after);
    suspicious += Math.min(after, rule.ofOneNetwork) - Math.min(before, rule.ofOneNetwork);
  }

  function forget(account: string): void {
    const outcome = outcomes.get(account);
    if (outcome !== undefined) count(outcome, -1);
    outcomes.delete(account);
  }

  function note(account: string, outcome: Outcome): void {
    forget(account);
    outcomes.set(account, outcome);
    count(outcome, 1);
    for (const [oldest, { at }] of outcomes) {
      if (outcomes.size <= rule.most && !isOver(at, outcome.at)) break;
      forget(oldest);
    }
  }

  return {
    failed(account, network, now) {
      note(account, { failedFrom: network, at: now });
      if (suspicious < rule.accounts || suspicious < rule.share * (suspicious + loggedIn)) return;
      if (!isOver(toldAt, now)) return;
      toldAt = now;
      tell({ accounts: outcomes.size - loggedIn, networks: failuresFrom.size, succeeded: loggedIn, seconds });
    },
    succeeded: (account, now) => note(account, { failedFrom: undefined, at: now }),
  };
}
