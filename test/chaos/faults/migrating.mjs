// Opens the database of the first argument, whose schema it brings up to date, by the released migrations and as many more as the second says.
import { openSqlite } from "../../../dist/store/sqlite/open-sqlite.js";
import { addMigrations } from "./more-migrations.mjs";

addMigrations(Number(process.argv[3]));
const store = await openSqlite({ path: process.argv[2] });
await store.close();
