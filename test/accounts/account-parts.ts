import { randomBytes } from "node:crypto";
import type { LogEvent } from "latchkey";
import { createRevocations } from "latchkey/tokens";
import { afterAll } from "vitest";
import type { AccountParts } from "../../dist/accounts/account-parts.js";
import { createLiveTokens } from "../../dist/accounts/create-live-tokens.js";
import { createUserViews } from "../../dist/accounts/user-views.js";
import { openKeyRing } from "../../dist/keys/open-key-ring.js";
import { createLimits } from "../../dist/limits/create-limits.js";
import { createPasswords } from "../../dist/passwords/create-passwords.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { recordedLog, recorder } from "../secrets/record.js";

const URL = "http://localhost:4000";

const closings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closings) await close();
});

/** The parts that accounts work with, on a database in memory, and the events that they log; they close when the test file ends. */
export async function openParts(): Promise<AccountParts & { readonly events: LogEvent[] }> {
  const now = Date.now;
  const store = await openSqlite({ path: ":memory:", now });
  const passwords = createPasswords();
  closings.push(
    () => passwords.close(),
    () => store.close(),
  );
  const events: LogEvent[] = [];
  const log = recordedLog((event) => void events.push(event));
  const masterKey = randomBytes(32);
  recorder.secret("master key", masterKey);
  const tokenSeconds = { access: 600, refresh: 3600 };
  const keys = await openKeyRing({ store, masterKeys: () => [masterKey], algorithm: "ES256", tokenSeconds, now, log });
  const revocations = createRevocations({ now });
  const settings = {
    accessSeconds: 600,
    idleSeconds: 3600,
    absoluteSeconds: 7200,
    graceSeconds: 30,
    audiences: [URL] as const,
  };
  return {
    store,
    passwords,
    limits: createLimits({ store, secret: () => keys.dataKeyAt(now()).bytes }),
    userViews: createUserViews(store),
    keys,
    epoch: await store.epoch(),
    ...createLiveTokens({ keys, revocations, settings, now }),
    revocations,
    catchUp: async () => {},
    look: async () => {},
    settings,
    now,
    log,
    events,
  };
}
