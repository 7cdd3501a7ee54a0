import type { Store } from "../store.js";
import { createAttemptStore } from "./attempts.js";
import { selectClock, timeOf } from "./clock.js";
import type { Driver } from "./driver.js";
import { createEpoch } from "./epoch.js";
import { findValue } from "./installation.js";
import { createKeyStore } from "./keys.js";
import { createRevocationStore } from "./revocations.js";
import { createSessionStore } from "./sessions.js";
import { createUserStore } from "./users.js";

/** The store on any database that has a driver and whose schema is up to date. */
export function createSqlStore(driver: Driver): Store {
  const readClock = selectClock(driver.dialect);
  const find = findValue(driver.dialect);
  return {
    async now() {
      return timeOf(await driver.read(readClock({})));
    },
    users: createUserStore(driver),
    sessions: createSessionStore(driver),
    revocations: createRevocationStore(driver),
    keys: createKeyStore(driver),
    attempts: createAttemptStore(driver),
    epoch: createEpoch(driver),
    changes: () => driver.changes(),
    async ping() {
      await driver.read(find({ name: "schema_version" }));
    },
    close: () => driver.close(),
  };
}
