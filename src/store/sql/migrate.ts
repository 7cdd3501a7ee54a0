import { type Act, ask } from "./act.js";
import type { Dialect } from "./driver.js";
import { findValue, replaceValue } from "./installation.js";
import { createInstallation, MIGRATIONS } from "./migrations.js";

/** Brings the schema up to date in one act; throws a `TypeError` where the schema is newer than this code. */
export function* migrate(dialect: Dialect): Act<void> {
  yield* ask(createInstallation(dialect).compile());
  const [found] = yield* ask(findValue(dialect)({ name: "schema_version" }));
  const version = Number(found?.value ?? 0);
  if (version > MIGRATIONS.length) {
    throw new TypeError(
      `The database has schema version ${version}, and this Latchkey knows no newer one than ${MIGRATIONS.length}: upgrade latchkey.`,
    );
  }
  if (version === MIGRATIONS.length) return;
  for (const step of MIGRATIONS.slice(version)) {
    for (const statement of step(dialect)) yield* ask(statement.compile());
  }
  yield* ask(replaceValue(dialect)({ name: "schema_version", value: String(MIGRATIONS.length) }));
}
