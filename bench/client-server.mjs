// A page and the server that its client talks to, on one origin: node client-server.mjs KIND PORT FOLDER. FOLDER has page.js; databases are made there.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [kind, port, folder] = process.argv.slice(2);
const script = readFileSync(join(folder, "page.js"));
const PAGE =
  '<!doctype html><html lang="en"><title>page</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

const kinds = {
  async latchkey() {
    const { createAuth } = await import("latchkey");
    const { toHandler } = await import("latchkey/node");
    const auth = await createAuth({ database: join(folder, "latchkey.db"), url: `http://localhost:${port}/auth` });
    return toHandler(auth);
  },
  async "better-auth"() {
    const { createBetterAuth } = await import("./better-auth-server.mjs");
    return createBetterAuth(join(folder, "better-auth.db"), `http://localhost:${port}`);
  },
  // Only what the client asks for, from memory: a server that takes no time.
  "@supabase/auth-js": () => answerAsSupabase,
};

const answer = await kinds[kind]();
createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  if (pathname === "/page.js")
    return response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" }).end(script);
  answer(request, response);
}).listen(Number(port), "127.0.0.1");

async function answerAsSupabase(request, response) {
  for await (const _ of request);
  const user = {
    id: randomUUID(),
    aud: "authenticated",
    email: "ada@example.com",
    app_metadata: {},
    user_metadata: {},
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 60;
  const token = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user.id, exp })}.${part("signature")}`;
  // Under the client's margin of 90 seconds: as after a pause, the access token is about to expire at each start.
  const session = {
    access_token: token,
    token_type: "bearer",
    expires_in: 60,
    expires_at: exp,
    refresh_token: randomUUID(),
    user,
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(session));
}
