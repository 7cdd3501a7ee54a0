// The API of the lesson "JWT with Flask", in Express. Run it with: npm run example -- 4geeks
import { openDatabase } from "../open-database.mjs";
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { createUsers } from "./users.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const users = createUsers(await openDatabase(process.env.DATABASE ?? ":memory:"));
  // The user of the lesson.
  if (users.isEmpty()) await users.add("alesanchezr", "12341234");
  const server = createApp({ secret, users }).listen(port, "127.0.0.1", () =>
    console.log(`4geeks listens on http://127.0.0.1:${server.address().port}`),
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(users.close));
});
