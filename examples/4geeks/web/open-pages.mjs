import { join } from "node:path";
import { Router } from "express";
import { createServer } from "vite";

const HERE = import.meta.dirname;
const ROOT = join(HERE, "../../..");

/** The pages: Vite translates TypeScript and JSX when a browser asks for them, and reloads the page when a file changes. */
export async function openPages(server) {
  const vite = await createServer({
    configFile: false,
    envDir: false,
    root: HERE,
    appType: "mpa",
    logLevel: "warn",
    cacheDir: join(ROOT, "node_modules/.vite/4geeks-web"),
    // All packages by name, so that none is found late and reloads the page.
    optimizeDeps: {
      noDiscovery: true,
      include: ["react", "react/jsx-runtime", "react/jsx-dev-runtime", "react-dom/client"],
    },
    server: {
      middlewareMode: true,
      ws: { server },
      cors: false,
      // What the pages are made of, and no database or key that lies about.
      fs: {
        allow: ["lesson", "latchkey", "shared", "../../../dist", "../../../node_modules"].map((path) =>
          join(HERE, path),
        ),
      },
    },
  });
  const routes = Router({ strict: true });
  routes.get(["/lesson", "/latchkey"], (request, response) => response.redirect(`${request.path}/`));
  routes.use(vite.middlewares);
  return { routes, close: () => vite.close() };
}
