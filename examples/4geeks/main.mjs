// The API of the lesson "JWT with Flask", in Express. Run it with: npm run example -- 4geeks
import { listen } from "../listen.mjs";
import { openDatabase } from "../open-database.mjs";
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { createUsers } from "./users.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const users = createUsers(await openDatabase(process.env.DATABASE || ":memory:", "DATABASE"));
  // The user of the lesson.
  if (users.isEmpty()) await users.add("alesanchezr", "12341234");
  await listen("4geeks", createApp({ secret, users }), port, users.close);
});
