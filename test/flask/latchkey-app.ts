import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { authOf, requireToken } from "latchkey/express";
import { JwtManager } from "latchkey/manager";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { askServer, type Sent } from "../adapters/ask-server.js";
import type { Answer } from "../http/open-auth.js";

/** An application that stands beside one of Flask. */
export interface Beside {
  readonly jwt: JwtManager;
  readonly ask: (path: string, sent?: Sent) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/** Starts an application of Express with the secret of one of Flask, and the table of the tokens that either of them has taken back. */
export async function startBeside(secret: string, blocklist: string): Promise<Beside> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(blocklist);
  const find = database.prepare("select 1 from blocklist where jti = ?");
  const add = database.prepare("insert or ignore into blocklist values (?)");
  const jwt = new JwtManager({
    secret,
    errors: "flask-jwt-extended",
    locations: ["header", "cookie"],
    isRevoked: ({ jti = "" }) => find.all(jti).length > 0,
  });
  const app = createApp(jwt, (jti) => add.all(jti));
  const server: Server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    jwt,
    ask: (path, sent) => askServer(port, path, sent),
    async stop() {
      server.close();
      await once(server, "close");
      database.close();
    },
  };
}

function createApp(jwt: JwtManager, revoke: (jti: string) => void) {
  const app = express();
  app.all("/protected", requireToken(jwt), (request, response) => {
    response.json({ who: authOf(request).identity, claims: authOf(request).claims });
  });
  app.get("/fresh", requireToken(jwt, { fresh: true }), (_request, response) => {
    response.json({ ok: true });
  });
  app.post("/refresh", requireToken(jwt, { type: "refresh" }), async (request, response) => {
    response.json({ access_token: await jwt.createAccessToken(authOf(request).identity) });
  });
  app.post("/cookie/refresh", requireToken(jwt, { type: "refresh" }), async (request, response) => {
    const token = await jwt.createAccessToken(authOf(request).identity);
    response.append("Set-Cookie", [...jwt.setAccessCookies(token)]).json({ msg: "refreshed" });
  });
  app.post("/cookie/login", async (_request, response) => {
    response.append("Set-Cookie", [...jwt.setAccessCookies(await jwt.createAccessToken("ada", { fresh: true }))]);
    response.append("Set-Cookie", [...jwt.setRefreshCookies(await jwt.createRefreshToken("ada"))]);
    response.json({ msg: "login successful" });
  });
  app.delete("/logout", requireToken(jwt, { type: "any" }), (request, response) => {
    revoke(String(authOf(request).claims.jti));
    response.json({ msg: "revoked" });
  });
  return app;
}
