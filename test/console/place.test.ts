import { describe, expect, it } from "vitest";
import { findTruePlace, placeOf, serverOf } from "../../console/src/place.js";
import { readSettings } from "../../console/src/settings.js";

describe("the place of a page", () => {
  it.each([
    ["https://a.example/ui/login?return_to=x", "login", "?return_to=x"],
    ["https://a.example/auth/ui/signup", "signup", ""],
    ["https://a.example/ui/account", "account", ""],
    ["https://a.example/ui/toString", "account", ""],
  ])("%s is %s", (href, page, search) => {
    expect(placeOf(new URL(href))).toEqual({ page, search });
  });

  it("tells where the server is, below its mount path", () => {
    expect(serverOf("https://a.example/ui/login?x=/ui/y#z")).toBe("https://a.example");
    expect(serverOf("https://a.example/auth/v1/ui/account")).toBe("https://a.example/auth/v1");
  });

  it("is the true one where the origin is that of the server, whatever the rest", () => {
    for (const url of ["https://a.example", "https://a.example/auth", "https://a.example:443/", undefined])
      expect(findTruePlace(new URL("https://a.example/auth/ui/login"), url)).toBeUndefined();
  });

  it.each([
    [
      "http://127.0.0.1:4000/ui/login?return_to=x",
      "http://localhost:4000",
      "http://localhost:4000/ui/login?return_to=x#moved",
    ],
    ["http://a.example/ui/account", "https://a.example", "https://a.example/ui/account#moved"],
    ["http://10.0.0.1:4000/auth/ui/signup", "https://a.example/auth/", "https://a.example/auth/ui/signup#moved"],
    // Nothing of a path that is no page's is carried over.
    ["http://10.0.0.1//evil.example/ui/x#y", "https://a.example", "https://a.example/ui/account#moved"],
  ])("of %s at %s is %s", (here, url, there) => {
    expect(findTruePlace(new URL(here), url)).toBe(there);
  });

  it("is where it is, once it was sent there: the address may lead back", () => {
    const back = new URL("https://a.example/ui/login?return_to=x#moved");
    expect(findTruePlace(back, "http://a.example")).toBeUndefined();
  });
});

describe("the settings of a page", () => {
  it("are those that the server wrote", () => {
    const written = { name: "Harbour", logo: true, origins: ["https://a.example"], url: "https://a.example/auth" };
    expect(readSettings(JSON.stringify(written), "https://b.example")).toEqual(written);
  });

  it("are few where none are written", () => {
    const plain = { name: "Latchkey", logo: false, origins: ["https://b.example"] };
    for (const text of ["", null, undefined]) expect(readSettings(text, "https://b.example")).toEqual(plain);
  });
});
