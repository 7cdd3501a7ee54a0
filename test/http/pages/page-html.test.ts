import { describe, expect, it } from "vitest";
import { pageHtml } from "../../../dist/http/pages/page-html.js";

const BUILT = `<title>Latchkey</title><link rel="icon" href="./assets/icon-C9xeQWxO.svg" /><script type="application/json" id="latchkey"></script><div id="root"></div>`;
const SETTINGS = { name: "Latchkey", logo: false, origins: ["http://localhost:4000"], url: "http://localhost:4000" };

/** What stands in the settings of a page, as a browser finds them: up to the next end of a script, however that is written. */
function settingsIn(html: string): unknown {
  const [, text = ""] = /<script type="application\/json" id="latchkey">([\s\S]*?)<\/script[\s/>]/i.exec(html) ?? [];
  expect(text).not.toMatch(/<!--|<script|[\u2028\u2029]/i);
  return JSON.parse(text);
}

describe("the settings of a page", () => {
  it.each([
    "Latchkey",
    "</script><script>alert(1)</script>",
    "</SCRIPT\t>",
    "<!--",
    "<!--<script>",
    "-->",
    "]]>",
    "a\u2028b\u2029c",
    `"'\``,
    "\\",
    '\\"',
    "$&$`$'$1$$",
    "&lt;b&gt;",
    "</title><script>alert(1)</script>",
    "\ud83d\udd11",
  ])("are read as they were written: a brand called %j", (name) => {
    const html = pageHtml(BUILT, { ...SETTINGS, name });
    expect(settingsIn(html)).toEqual({ ...SETTINGS, name });
    expect(html.endsWith(`</script><div id="root"></div>`)).toBe(true);
    expect(html.match(/<\/?script/gi)).toHaveLength(2);
    const [, title = ""] = /<title>(.*?)<\/title>/su.exec(html) ?? [];
    expect(title.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))).toBe(name);
  });

  it("name the logo for an icon where there is one", () => {
    expect(pageHtml(BUILT, { ...SETTINGS, logo: true })).toContain('<link rel="icon" href="./logo" />');
    expect(pageHtml(BUILT, SETTINGS)).toContain('<link rel="icon" href="./assets/icon-C9xeQWxO.svg" />');
  });
});
