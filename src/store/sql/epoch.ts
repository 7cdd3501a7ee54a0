import { randomBytes } from "node:crypto";
import { ask } from "./act.js";
import type { Driver } from "./driver.js";
import { findValue, replaceValue } from "./installation.js";

/** Reads the installation's epoch, which the first who asks makes. */
export function createEpoch(driver: Driver): () => Promise<string> {
  const find = findValue(driver.dialect);
  const replace = replaceValue(driver.dialect);
  return async () => {
    const [known] = await driver.read(find({ name: "epoch" }));
    if (known !== undefined) return known.value;
    return driver.transact(function* () {
      const [made] = yield* ask(find({ name: "epoch" }));
      if (made !== undefined) return made.value;
      const value = randomBytes(16).toString("base64url");
      yield* ask(replace({ name: "epoch", value }));
      return value;
    });
  };
}
