import { isIP } from "node:net";

// RFC 4291 section 2.5.5.2 (mapped) and RFC 6052 section 2.1 (translated): an IPv4 client, spelled as IPv6.
const IPV4_INSIDE = /^(?:0:0:0:0:0:ffff|64:ff9b:0:0:0:0):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The network that an address is counted under: an IPv4 address by itself, an IPv6 address by its /64, in one spelling each. `undefined` for
 * what is no address.
 */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const kind = isIP(address);
  if (kind === 4) return address;
  return kind === 6 ? networkOfIpv6(address) : undefined;
}

function networkOfIpv6(address: string): string {
  const groups = groupsOf(address);
  const inside = IPV4_INSIDE.exec(groups.join(":"));
  if (inside === null) return `${groups.slice(0, 4).join(":")}::/64`;
  return inside
    .slice(1)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 0xff])
    .join(".");
}

/** The eight groups in lower case without leading zeros. The zone names an interface of this machine and says nothing about the client. */
function groupsOf(address: string): readonly string[] {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/s, "")}]`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""));
  const [first = [], last = []] = [before, after];
  return [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
}
