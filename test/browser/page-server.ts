import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const PAGE = fileURLToPath(new URL("page/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** A site that is not Latchkey's: an HTML page, and the modules of `latchkey/client` as they are built. */
export interface PageServer {
  /** `http://localhost:PORT` */
  readonly origin: string;
  /** The same page as `http://127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the site on a free port of the loopback. */
export async function startPages(): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname.startsWith("/latchkey/") ? join(DIST, pathname.slice("/latchkey/".length)) : pageOf(pathname);
    readFile(path).then(
      (text) => response.setHeader("content-type", TYPES[extname(path)] ?? "text/plain").end(text),
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  return { origin: `http://localhost:${port}`, address: `http://127.0.0.1:${port}`, close: () => close(server) };
}

function pageOf(pathname: string): string {
  return join(PAGE, pathname === "/" ? "index.html" : pathname);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
