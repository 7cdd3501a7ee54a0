// One endpoint, signed three ways: HMAC, RSA, ECDSA. Run it with: npm run example -- csa
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";
import { createKeys } from "./keys.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const server = createApp(createKeys(secret)).listen(port, "127.0.0.1", () =>
    console.log(`csa listens on http://127.0.0.1:${server.address().port}`),
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
});
