// One endpoint, signed three ways: HMAC, RSA, ECDSA. Run it with: npm run example -- csa
import { createUsers } from "../4geeks/users.mjs";
import { listen } from "../listen.mjs";
import { openDatabase } from "../open-database.mjs";
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { createKeys } from "./keys.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const users = createUsers(await openDatabase(process.env.DATABASE || ":memory:", "DATABASE"));
  // The user of the lesson.
  if (users.isEmpty()) await users.add("alesanchezr", "12341234");
  await listen("csa", createApp({ keys: createKeys(secret), users }), port, users.close);
});
