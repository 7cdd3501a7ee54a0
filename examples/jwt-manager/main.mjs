// A tour of JwtManager, route by route as in Flask-JWT-Extended. Run it with: npm run example -- jwt-manager
import { once } from "node:events";
import { serve } from "@hono/node-server";
import { requirePort, requireSecret, start } from "../settings.mjs";
import { createTour } from "./create-tour.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const overrides = process.env.OVERRIDES === "1";
  const server = serve({ fetch: createTour({ secret, overrides }).fetch, hostname: "127.0.0.1", port });
  await once(server, "listening");
  console.log(`The tour of JwtManager listens on http://127.0.0.1:${server.address().port}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
});
