// The React app of the lesson, and the same app on latchkey/react. Run it with: npm run example -- 4geeks/web
import express from "express";
import { answerUntilStopped, open } from "../../listen.mjs";
import { openDatabase } from "../../open-database.mjs";
import { requirePort, requireSecret, start } from "../../settings.mjs";
import { createApp } from "../create-app.mjs";
import { createUsers } from "../users.mjs";
import { openAuth } from "./open-auth.mjs";
import { openPages } from "./open-pages.mjs";

await start(async () => {
  const [secret, port] = [requireSecret("JWT_SECRET_KEY"), requirePort()];
  const users = createUsers(await openDatabase(process.env.DATABASE || ":memory:", "DATABASE"));
  // The user of the lesson.
  if (users.isEmpty()) await users.add("alesanchezr", "12341234");
  const app = express().disable("x-powered-by");
  const server = await open(app, port);
  try {
    const auth = await openAuth(server.address().port);
    const pages = await openPages(server);
    // All from one origin, so that no page has to be let in by CORS. The pages are last: they answer what no route took.
    app.all(["/token", "/protected"], createApp({ secret, users }));
    app.use(auth.routes);
    app.use(pages.routes);
    answerUntilStopped("4geeks/web", server, async () => {
      await auth.close();
      users.close();
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, pages.close);
  } catch (error) {
    server.close();
    throw error;
  }
});
