// A tour of JwtManager, route by route as in Flask-JWT-Extended. Run it with: npm run example -- jwt-manager
import { serve } from "@hono/node-server";
import { createTour } from "./create-tour.mjs";
import { readSettings, SettingError } from "./settings.mjs";

try {
  const { secret, port, overrides } = readSettings(process.env);
  const server = serve({ fetch: createTour({ secret, overrides }).fetch, hostname: "127.0.0.1", port }, (address) =>
    console.log(`The tour of JwtManager listens on http://127.0.0.1:${address.port}`),
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 78;
}
