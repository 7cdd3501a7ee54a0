import type { Dialect } from "./driver.js";
import { compileOnce, type Statement } from "./query.js";

/** What is kept once for the whole installation. */
export type InstallationName = "schema_version" | "epoch";

interface Named {
  readonly name: InstallationName;
}

/** Finds a value of the installation by its name. */
export function findValue({ queries }: Dialect): Statement<Named, { value: string }> {
  return compileOnce(({ name }: Named) => queries.selectFrom("installation").select("value").where("name", "=", name));
}

/** Writes a value of the installation in the place of an older one. */
export function replaceValue({ queries }: Dialect): Statement<Named & { readonly value: string }, unknown> {
  return compileOnce(({ name, value }: Named & { readonly value: string }) =>
    queries
      .insertInto("installation")
      .values({ name, value })
      .onConflict((clash) => clash.column("name").doUpdateSet({ value })),
  );
}
