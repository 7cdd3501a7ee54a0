// The mountain API of "Secure your API using JWT", in Fastify. Run it with: npm run example -- mountain
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createApp } from "./create-app.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const app = createApp({ secret });
  console.log(`mountain listens on ${await app.listen({ host: "127.0.0.1", port })}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());
});
