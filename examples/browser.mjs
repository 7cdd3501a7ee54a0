// A page that logs people in without any framework or build. Run it with: node examples/browser.mjs
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAuth } from "latchkey";
import { toHandler } from "latchkey/node";

const port = Number(process.env.PORT ?? 3000);
const origin = `http://localhost:${port}`;
const auth = await createAuth({ database: ":memory:", url: `${origin}/auth` });
const answerAuth = toHandler(auth);

const page = await readFile(new URL("browser.html", import.meta.url));
// The files of latchkey/client as they are: a bundler would make one of them.
const modules = dirname(dirname(fileURLToPath(import.meta.resolve("latchkey/client"))));
const MODULE = /^\/latchkey\/((?:client|errors)\/[a-z-]+\.js)$/;

const server = createServer(async (request, response) => {
  // It need not be a URL: // is none.
  const [pathname] = request.url.split("?");
  const [, module] = MODULE.exec(pathname) ?? [];
  const code = module && (await readFile(join(modules, module)).catch(() => undefined));
  if (pathname.startsWith("/auth/")) void answerAuth(request, response);
  else if (pathname === "/") response.writeHead(200, { "content-type": "text/html" }).end(page);
  else if (code) response.writeHead(200, { "content-type": "text/javascript" }).end(code);
  else response.writeHead(404).end();
});
server.listen(port, "localhost", () => console.log(`Open ${origin}/`));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(() => auth.close()));
