import { randomBytes } from "node:crypto";
import type { LogEvent } from "latchkey";
import { createIssuer, createRevocations, createVerifier } from "latchkey/tokens";
import { afterAll } from "vitest";
import type { AccountParts } from "../../dist/accounts/account-parts.js";
import { openKeyRing } from "../../dist/keys/open-key-ring.js";
import { createPasswords } from "../../dist/passwords/create-passwords.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";

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
  const keys = await openKeyRing({ store, masterKey: randomBytes(32), algorithm: "ES256", now });
  const revocations = createRevocations({ now });
  const events: LogEvent[] = [];
  return {
    store,
    passwords,
    keys,
    epoch: await store.epoch(),
    issuer: createIssuer({ issuer: URL, audience: URL, clientId: "latchkey", keys: [keys.signing], now }),
    verifier: createVerifier({ issuer: URL, audience: URL, keys: keys.verifying, revocations, now }),
    logOutVerifier: createVerifier({ issuer: URL, audience: URL, keys: keys.verifying, cache: false, now }),
    revocations,
    catchUp: async () => {},
    settings: { accessSeconds: 600, idleSeconds: 3600, absoluteSeconds: 7200, graceSeconds: 30, audiences: [URL] },
    now,
    log: (event) => {
      events.push(event);
    },
    events,
  };
}
