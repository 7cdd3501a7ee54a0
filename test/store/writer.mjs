// Adds users to the database of the first argument without pause and says the id of each on stdout once it is acknowledged.
import { writeSync } from "node:fs";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { sessionRow, userRow } from "./rows.mjs";

const store = await openSqlite({ path: process.argv[2] });
for (;;) {
  const user = userRow();
  await store.users.add(user, sessionRow(user.id));
  writeSync(1, `${user.id}\n`);
}
