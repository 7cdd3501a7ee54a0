import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { AuthError } from "../../errors/auth-error.js";
import type { Reply } from "../route.js";
import type { Brand } from "./brand.js";
import { brandCss } from "./brand-css.js";
import { pageHtml } from "./page-html.js";
import { replyWith, type ServedFile, servedFile } from "./served-file.js";

/** Answers a `GET` of one page or file. */
export type Page = (request: Request) => Reply;

/** What pages are made of. */
export interface PageParts {
  readonly url: string;
  readonly origins: readonly string[];
  readonly brand: Brand;
}

const BUILT = join(import.meta.dirname, "../../console");
const PAGES = ["/ui/login", "/ui/signup", "/ui/account"];

const PAGE_CSP = [
  "default-src 'none'",
  ...["script", "style", "img", "font", "connect"].map((kind) => `${kind}-src 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
  "require-trusted-types-for 'script'",
].join("; ");
// A drawing can hold scripts; opened by itself it would run them.
const DRAWING_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

// What has settings in it can be another one tomorrow; the name of an asset has the hash of its content.
const ASKED_AGAIN = { "cache-control": "no-cache" };
const KEPT = { "cache-control": "public, max-age=31536000, immutable" };

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Makes the look-up of the pages by their path below the mount, letter by letter. They are read when one is first asked for; where none were built there
 * are none.
 */
export function openPages(parts: PageParts): (path: string) => Promise<Page | undefined> {
  let reading: Promise<ReadonlyMap<string, Page>> | undefined;
  return async (path) => {
    reading ??= readPages(parts);
    try {
      return (await reading).get(path);
    } catch (cause) {
      reading = undefined;
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new AuthError("unavailable", { cause, retryAfter: 1 });
    }
  };
}

async function readPages({ url, origins, brand }: PageParts): Promise<ReadonlyMap<string, Page>> {
  const built = await readFile(join(BUILT, "index.html"), "utf8");
  const html = pageHtml(built, { name: brand.name, logo: brand.logo !== undefined, origins, url });
  const page = await servedFile(html, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": PAGE_CSP,
    ...ASKED_AGAIN,
  });
  const css = { "content-type": "text/css; charset=utf-8", ...ASKED_AGAIN };
  const files = new Map<string, ServedFile>([
    ...PAGES.map((path) => [path, page] as const),
    ...(await readAssets()),
    ["/ui/brand.css", await servedFile(brandCss(brand.color), css)],
    ...(brand.logo === undefined ? [] : [["/ui/logo", await servedLogo(brand.logo)] as const]),
  ]);
  return new Map([
    // By the place of the page alone: what a request says of its host is the sender's affair.
    ["/ui", redirect("ui/account")],
    ["/ui/", redirect("account")],
    ...[...files].map(([path, file]) => [path, (request: Request) => replyWith(file, request)] as const),
  ]);
}

async function readAssets(): Promise<readonly (readonly [path: string, file: ServedFile])[]> {
  const folder = join(BUILT, "assets");
  const names = (await readdir(folder)).filter((name) => extname(name) in TYPES);
  return Promise.all(
    names.map(async (name) => {
      const type = TYPES[extname(name)] ?? "";
      const file = await servedFile(await readFile(join(folder, name)), { "content-type": type, ...KEPT });
      return [`/ui/assets/${name}`, file] as const;
    }),
  );
}

function servedLogo({ bytes, type }: NonNullable<Brand["logo"]>): Promise<ServedFile> {
  const csp = type === "image/svg+xml" && { "content-security-policy": DRAWING_CSP };
  return servedFile(bytes, { "content-type": type, ...csp, ...ASKED_AGAIN });
}

function redirect(location: string): Page {
  return () => ({ status: 302, headers: { location } });
}
