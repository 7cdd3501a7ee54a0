import { describe, expect, it } from "vitest";
import { findReturnTo } from "../../console/src/return-to.js";

const LISTED = ["https://app.example.com", "http://localhost:5173", "https://auth.example.com"];

function askFor(value: string): string | undefined {
  return findReturnTo(`?${new URLSearchParams({ return_to: value })}`, LISTED)?.href;
}

const KEPT: readonly (readonly [string, string])[] = [
  ["https://app.example.com", "https://app.example.com/"],
  ["https://app.example.com/x?y=1#z", "https://app.example.com/x?y=1#z"],
  ["HTTPS://APP.example.com/x", "https://app.example.com/x"],
  ["https://app.example.com:443/x", "https://app.example.com/x"],
  ["http://localhost:5173/", "http://localhost:5173/"],
  ["https://auth.example.com/ui/account", "https://auth.example.com/ui/account"],
  // What stands behind the origin is the application's own affair.
  ["https://app.example.com/?next=//evil.example", "https://app.example.com/?next=//evil.example"],
  ["https://app.example.com/@evil.example", "https://app.example.com/@evil.example"],
  // Other ways to write the listed host: they lead there and nowhere else.
  ["https://app。example。com/x", "https://app.example.com/x"],
  ["https://ａｐｐ.example.com/x", "https://app.example.com/x"],
  ["https://%61pp.example.com/x", "https://app.example.com/x"],
];

const REFUSED: readonly string[] = [
  "",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)//https://app.example.com",
  "javascript://app.example.com/%0aalert(1)",
  "java\tscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://app.example.com/1",
  "file:///etc/passwd",
  "ftp://app.example.com/",
  "ws://app.example.com/",
  "view-source:https://app.example.com/",
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\t/evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "https:app.example.com",
  "https:\\\\app.example.com",
  "https:/\\app.example.com",
  "https://app.example.com\\@evil.example",
  "https://evil.example\\@app.example.com",
  "https://evil.example\\.app.example.com",
  "https://app.example.com@evil.example/",
  "https://app.example.com:443@evil.example/",
  "https://app.example.com%40evil.example/",
  "https://user@app.example.com/",
  "https://user:password@app.example.com/",
  "https://@app.example.com/",
  "https://:@app.example.com/",
  "https://app.example.com.evil.example/",
  "https://app-example.com/",
  "https://appXexample.com/",
  "https://evilapp.example.com/",
  "https://example.com/",
  "https://sub.app.example.com/",
  "https://app.example.com./",
  "https://аpp.example.com/",
  "https://app.example.com:8443/",
  "https://app.example.com:80/",
  "http://app.example.com/",
  "https://localhost:5173/",
  "http://localhost/",
  "http://localhost:51730/",
  "http://127.0.0.1:5173/",
  "http://[::1]:5173/",
  " https://app.example.com/",
  "\u0000https://app.example.com/",
  "https://app.example.com/ ",
  "https://app.example.com/\n",
  "ht\ntps://app.example.com/",
  "https://app.example.com/\r\nSet-Cookie: a=b",
  "https://app.exam\u00adple.com/",
  "https://app.exam\u200bple.com/",
  "https://app.example.com/\u202egpj.exe",
  "/ui/account",
  "ui/account",
  "../account",
  "?x",
  "#x",
  ".",
  "app.example.com",
  "null",
  "undefined",
  "https://",
  "https://[",
  "https://app.example.com:99999/",
  `https://app.example.com/${"a".repeat(2048)}`,
  "%68ttps://app.example.com/",
  "https%3A%2F%2Fapp.example.com",
  "https://evil.example/https://app.example.com",
  "https://evil.example?https://app.example.com",
  "https://evil.example#https://app.example.com",
  "https://*.example.com/",
];

describe("return_to", () => {
  it.each(KEPT)("keeps %j, an address of a listed origin", (value, target) => {
    expect(askFor(value)).toBe(target);
  });

  it.each(REFUSED)("refuses %j", (value) => {
    expect(askFor(value)).toBeUndefined();
  });

  it("is nothing where it is missing, or given twice", () => {
    const twice = "?return_to=https://app.example.com/&return_to=https://app.example.com/";
    for (const search of ["", "?", "?return_to", "?RETURN_TO=https://app.example.com/", twice])
      expect(findReturnTo(search, LISTED)).toBeUndefined();
  });

  it("leads nowhere where no origin is listed", () => {
    expect(findReturnTo("?return_to=https://app.example.com/", [])).toBeUndefined();
    expect(findReturnTo("?return_to=https://null/", ["null"])).toBeUndefined();
  });

  it("never leads to an origin that is not listed, however its parts are put together", () => {
    const parts = [
      "https:",
      "//",
      "/",
      "\\",
      "app.example.com",
      "evil.example",
      "@",
      ":",
      "\t",
      ".",
      "#",
      "?",
      "javascript:",
    ];
    let seed = 1;
    const next = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return parts[seed % parts.length];
    };
    for (let turn = 0; turn < 20_000; turn++) {
      const value = Array.from({ length: 2 + (turn % 7) }, next).join("");
      const target = findReturnTo(`?${new URLSearchParams({ return_to: value })}`, LISTED);
      if (target !== undefined) expect(LISTED).toContain(target.origin);
    }
  });
});
