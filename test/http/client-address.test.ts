import { describe, expect, it } from "vitest";
import { clientAddress, findCanonicalAddress, requireTrustedProxies } from "../../dist/http/client-address.js";
import { newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "./open-auth.js";

describe("an address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:c000:207", "192.0.2.7"],
    ["0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"],
    ["2001:DB8::0001", "2001:db8::1"],
    ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::1", "::1"],
    ["::", "::"],
  ])("%s has one spelling: %s", (text, canonical) => {
    expect(findCanonicalAddress(text)).toBe(canonical);
    expect(findCanonicalAddress(canonical)).toBe(canonical);
  });

  it.each([
    "",
    " ",
    "unknown",
    "_hidden",
    "localhost",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.07",
    "0x7f.1",
    "3232235777",
    "192.0.2.7 ",
    "192.0.2.7\n",
    "192.0.2.7:80",
    "[::1]",
    "2001:db8::1::2",
    "2001:db8",
    "%eth0",
    "192.0.2.7/24",
    "１９２.0.2.7",
  ])("is not %j", (text) => {
    expect(findCanonicalAddress(text)).toBeUndefined();
  });
});

const PROXIES = requireTrustedProxies(["10.0.0.0/8", "192.0.2.1", "2001:db8:ffff::/48", "::1"]);

describe("the address of a client", () => {
  it.each<[string, string | undefined, string | null, string | undefined]>([
    ["is that of the connection", "198.51.100.9", null, "198.51.100.9"],
    ["is that of the connection whatever an unknown one writes", "198.51.100.9", "203.0.113.5", "198.51.100.9"],
    ["is not that of a neighbour of a proxy", "192.0.2.2", "203.0.113.5", "192.0.2.2"],
    ["is what a trusted proxy says", "10.1.2.3", "203.0.113.5", "203.0.113.5"],
    ["is what a trusted proxy says over IPv6", "2001:db8:ffff:1::9", "2001:DB8::5", "2001:db8::5"],
    ["is what a trusted proxy says, mapped into IPv6", "::ffff:10.1.2.3", "::ffff:203.0.113.5", "203.0.113.5"],
    ["is the right-most, all left of it may be made up", "10.1.2.3", "1.1.1.1, 203.0.113.5", "203.0.113.5"],
    ["is the right-most though a proxy is named left of it", "10.1.2.3", "10.9.9.9, 203.0.113.5", "203.0.113.5"],
    ["is found behind several proxies", "10.1.2.3", "1.1.1.1, 203.0.113.5, 192.0.2.1, 10.9.9.9", "203.0.113.5"],
    ["is the first proxy where there are only proxies", "10.1.2.3", "10.7.7.7, 192.0.2.1", "10.7.7.7"],
    ["is the proxy where it says nothing", "10.1.2.3", null, "10.1.2.3"],
    ["is the proxy where it says an empty text", "10.1.2.3", "", "10.1.2.3"],
    ["is the proxy where it does not know", "10.1.2.3", "203.0.113.5, unknown", "10.1.2.3"],
    ["is the last good one before junk", "10.1.2.3", "203.0.113.5, junk, 192.0.2.1", "192.0.2.1"],
    ["is the last good one before nothing", "10.1.2.3", "203.0.113.5,,192.0.2.1", "192.0.2.1"],
    ["is not hidden by a comma at the end", "10.1.2.3", "203.0.113.5,", "10.1.2.3"],
    ["stands with any spaces", "10.1.2.3", "  1.1.1.1 ,\t203.0.113.5  ", "203.0.113.5"],
    ["stands with a port", "10.1.2.3", "203.0.113.5:49152", "203.0.113.5"],
    ["stands in brackets", "10.1.2.3", "[2001:db8::5]", "2001:db8::5"],
    ["stands in brackets with a port", "10.1.2.3", "[2001:db8::5]:443", "2001:db8::5"],
    ["is no name", "10.1.2.3", "evil.example.com", "10.1.2.3"],
    ["is no range", "10.1.2.3", "203.0.113.0/24", "10.1.2.3"],
    ["is no number", "10.1.2.3", "3405803781", "10.1.2.3"],
    ["is no quoted text", "10.1.2.3", '"203.0.113.5"', "10.1.2.3"],
    ["is nobody's without a connection", undefined, "203.0.113.5", undefined],
    ["is nobody's where the connection has none", "/run/latchkey.sock", "203.0.113.5", undefined],
  ])("%s", (_what, socket, forwarded, client) => {
    expect(clientAddress(socket, forwarded, PROXIES)).toBe(client);
  });

  it("is found in a header of any length, once through", () => {
    const hops = Array.from({ length: 5000 }, () => "10.0.0.1").join(",");
    expect(clientAddress("10.1.2.3", `203.0.113.5,${hops}`, PROXIES)).toBe("203.0.113.5");
    expect(clientAddress("10.1.2.3", ",".repeat(16_000), PROXIES)).toBe("10.1.2.3");
  });

  it("is that of the connection where no proxy is trusted", () => {
    const nobody = requireTrustedProxies([]);
    for (const socket of ["127.0.0.1", "::1", "10.1.2.3"]) {
      expect(clientAddress(socket, "203.0.113.5", nobody)).toBe(socket);
    }
  });
});

describe("trustedProxies", () => {
  it.each(["10.0.0.1", "10.0.0.1/32", "10.0.0.7/8", "::1", "2001:DB8::/32", "::ffff:10.0.0.1", "fd00::/8"])(
    "may hold %s",
    (entry) => {
      expect(() => requireTrustedProxies([entry])).not.toThrow();
    },
  );

  it.each([
    "",
    "*",
    "all",
    "loopback",
    "proxy.example.com",
    "10.0.0",
    "10.0.0.0/",
    "10.0.0.0/0",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-8",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/8,::1",
    "::1/129",
    "::ffff:10.0.0.0/104",
    "::ffff:10.0.0.0/8",
    null,
    7,
  ])("cannot hold %j: the server does not start, and names the setting", async (entry) => {
    const refused = expect(openAuth({ trustedProxies: [entry as string] })).rejects;
    await refused.toThrow(TypeError);
    await refused.toThrow("LATCHKEY_TRUSTED_PROXIES");
  });

  it("is a list", async () => {
    await expect(openAuth({ trustedProxies: "10.0.0.1" as never })).rejects.toThrow("LATCHKEY_TRUSTED_PROXIES");
  });
});

describe("the address of a session", () => {
  it.each<[string, readonly string[], Record<string, string>, string]>([
    ["the connection's", [], { "x-forwarded-for": "203.0.113.5" }, "192.0.2.7"],
    ["the connection's", ["10.0.0.0/8"], { "x-forwarded-for": "203.0.113.5" }, "192.0.2.7"],
    ["what the proxy says", ["192.0.2.0/24"], { "x-forwarded-for": "6.6.6.6, 203.0.113.5" }, "203.0.113.5"],
    ["the proxy's", ["192.0.2.0/24"], { forwarded: "for=203.0.113.5" }, "192.0.2.7"],
    ["the proxy's", ["192.0.2.0/24"], { "x-real-ip": "203.0.113.5" }, "192.0.2.7"],
    ["the proxy's", ["192.0.2.0/24"], { "true-client-ip": "203.0.113.5", "cf-connecting-ip": "1.1.1.1" }, "192.0.2.7"],
  ])("is %s, with %j trusted and %j sent", async (_what, trustedProxies, headers, address) => {
    const database = newDatabase();
    const { post, events } = await openAuth({ database, trustedProxies });
    expect((await post("/signup", { username: "ada", password: PASSWORD }, headers)).status).toBe(201);
    expect(await sql(database, "select address from sessions")).toEqual([{ address }]);
    expect(events.at(-1)).toMatchObject({ event: "user.signed_up", address });
  });

  it("is none where the connection has none, whatever is sent", async () => {
    const database = newDatabase();
    const { auth } = await openAuth({ database, trustedProxies: ["10.0.0.0/8"] });
    const request = new Request(`${ORIGIN}/signup`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.5" },
      body: JSON.stringify({ username: "ada", password: PASSWORD }),
    });
    expect((await auth.handler(request)).status).toBe(201);
    expect(await sql(database, "select address from sessions")).toEqual([{ address: null }]);
  });
});
