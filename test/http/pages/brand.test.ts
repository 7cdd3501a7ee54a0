import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AuthOptions, type BrandOptions, createAuth } from "latchkey";
import { describe, expect, it } from "vitest";
import { openAuth, temporaryFolder } from "../open-auth.js";

const folder = temporaryFolder();
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const png = (length: number) => Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(length - 8)]);

describe("a brand", () => {
  it.each<readonly [string, unknown, RegExp]>([
    ["no object", "Latchkey", /object/],
    ["null", null, /object/],
    ["a member that it does not have", { colour: "#1f6feb" }, /"colour"/],
    ["a name of nothing", { name: "" }, /LATCHKEY_BRAND_NAME/],
    ["a name of spaces", { name: "  " }, /LATCHKEY_BRAND_NAME/],
    ["a name with a space before it", { name: " Cranes" }, /LATCHKEY_BRAND_NAME/],
    ["a name of two lines", { name: "Four\nCranes" }, /LATCHKEY_BRAND_NAME/],
    ["a name with a line separator", { name: "Four\u2028Cranes" }, /LATCHKEY_BRAND_NAME/],
    ["a name with a control", { name: "Cranes\u0007" }, /LATCHKEY_BRAND_NAME/],
    ["a name that turns round", { name: "Cranes\u202e" }, /LATCHKEY_BRAND_NAME/],
    ["a name that is not seen", { name: "\u3164" }, /LATCHKEY_BRAND_NAME/],
    ["a name of joiners", { name: "\u200d\u200c" }, /LATCHKEY_BRAND_NAME/],
    ["half a character", { name: "Cranes \ud83d" }, /LATCHKEY_BRAND_NAME/],
    ["a name of 65 characters", { name: "\u{1f511}".repeat(65) }, /LATCHKEY_BRAND_NAME/],
    ["a name that is no text", { name: 7 }, /LATCHKEY_BRAND_NAME/],
    ["a colour by its name", { color: "teal" }, /LATCHKEY_BRAND_COLOR/],
    ["a colour of three digits", { color: "#fff" }, /LATCHKEY_BRAND_COLOR/],
    ["a colour with a line behind it", { color: "#1f6feb\n" }, /LATCHKEY_BRAND_COLOR/],
    ["a colour that goes on", { color: "#1f6feb;} body{display:none" }, /LATCHKEY_BRAND_COLOR/],
    ["a colour that is no text", { color: ["#1f6feb"] }, /LATCHKEY_BRAND_COLOR/],
    ["a logo without a path", { logo: "" }, /LATCHKEY_BRAND_LOGO/],
    ["a logo that is no text", { logo: 1 }, /LATCHKEY_BRAND_LOGO/],
    ["a logo that is not there", { logo: join(folder, "nothing.png") }, /LATCHKEY_BRAND_LOGO.*ENOENT/],
    ["a logo whose path holds a zero", { logo: "logo\0.png" }, /LATCHKEY_BRAND_LOGO/],
    ["a logo that is a folder", { logo: folder }, /LATCHKEY_BRAND_LOGO.*256 KiB/],
    ["a logo that never ends", { logo: "/dev/zero" }, /LATCHKEY_BRAND_LOGO/],
    ["a logo of a byte too much", { logo: file("large.png", png(256 * 1024 + 1)) }, /LATCHKEY_BRAND_LOGO.*256 KiB/],
    ["an empty logo", { logo: file("empty.png", "") }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["a logo that is a page", { logo: file("page.svg", "<html><svg></svg></html>") }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["a logo that only says svg", { logo: file("says.svg", "<svgx>") }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["a logo that is a GIF", { logo: file("logo.gif", "GIF89a") }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["a sound", { logo: file("sound.webp", "RIFF....WAVEfmt ") }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["a logo of spaces", { logo: file("spaces.svg", " ".repeat(256 * 1024)) }, /LATCHKEY_BRAND_LOGO.*SVG/],
    ["comments without end", { logo: file("comments.svg", "<!--".repeat(60_000)) }, /LATCHKEY_BRAND_LOGO.*SVG/],
  ])("of %s keeps the server from starting, with a sentence", async (_what, brand, sentence) => {
    const options: AuthOptions = { database: ":memory:", url: "http://localhost:4000", brand: brand as BrandOptions };
    const refused = expect(createAuth(options)).rejects;
    await refused.toThrow(TypeError);
    await refused.toThrow(sentence);
  });

  it.each([
    "L",
    "Four Cranes",
    "</script><script>alert(1)</script>",
    "می\u200cخواهم",
    "Søren & Daughters",
    "❤\ufe0f",
    "👩\u200d🚀",
    "🔑".repeat(64),
  ])("may be called %j", async (name) => {
    const { get } = await openAuth({ brand: { name } });
    expect((await get("/ui/login")).status).toBe(200);
  });

  it.each<readonly [string, string | Uint8Array, string]>([
    ["logo.png", png(256 * 1024), "image/png"],
    ["logo.jpg", Buffer.from("ffd8ffe000104a464946", "hex"), "image/jpeg"],
    ["logo.webp", "RIFF\u0001\u0002\u0003\u0004WEBPVP8 ", "image/webp"],
    ["logo.svg", SVG, "image/svg+xml"],
    [
      "mark.svg",
      `\ufeff<?xml version="1.0"?>\n<!-- a mark -->\n<!DOCTYPE svg>\n<!-- of ours -->\n${SVG}`,
      "image/svg+xml",
    ],
    ["misnamed.png", SVG, "image/svg+xml"],
  ])("has the logo %s under the type that its bytes have", async (name, content, type) => {
    const { get } = await openAuth({ brand: { logo: file(name, content) } });
    const { status, headers } = await get("/ui/logo");
    expect([status, headers.get("content-type"), headers.get("x-content-type-options")]).toEqual([
      200,
      type,
      "nosniff",
    ]);
    expect(headers.get("content-security-policy")).toBe(
      type === "image/svg+xml"
        ? "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        : "default-src 'none'; frame-ancestors 'none'",
    );
    expect((await get("/ui/login")).text).toContain('<link rel="icon" href="./logo" />');
  });

  it("sends the bytes of its logo as they are, and those that it had at the start", async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256));
    const content = Buffer.concat([png(8), bytes]);
    mkdirSync(join(folder, "later"));
    const logo = file("later/logo.png", content);
    const { auth } = await openAuth({ brand: { logo } });
    writeFileSync(logo, SVG);
    const answer = await auth.handler(new Request("http://localhost:4000/ui/logo"));
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });

  it("is Latchkey in a neutral colour without a logo where nothing is said", async () => {
    const { get } = await openAuth();
    expect((await get("/ui/login")).text).toContain('{"name":"Latchkey","logo":false,');
    expect((await get("/ui/logo")).status).toBe(404);
    expect((await get("/ui/brand.css")).text).toContain("--brand: #1f2937;");
  });

  it("has its colour in the style sheet, whichever letters it is written in", async () => {
    const { get } = await openAuth({ brand: { color: "#1F6FEB" } });
    expect((await get("/ui/brand.css")).text.match(/--brand: #1f6feb;/g)).toHaveLength(2);
  });
});
