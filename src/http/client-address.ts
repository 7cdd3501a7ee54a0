import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";

/** The addresses of proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = Pick<BlockList, "check">;

const MAPPED = "::ffff:";

/**
 * An address in its one spelling: IPv6 compressed, in lower case and without a zone, IPv4 inside IPv6 as IPv4. `undefined` for a text
 * that is no address.
 */
export function findCanonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  const mapped = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : "";
  return isIPv4(mapped) ? mapped : address;
}

/** Addresses and CIDR ranges as one list. A `TypeError` names the entry that is neither, or that would trust everybody. */
export function requireTrustedProxies(proxies: readonly string[]): TrustedProxies {
  if (!Array.isArray(proxies)) throw new TypeError("The trusted proxies (LATCHKEY_TRUSTED_PROXIES) must be a list.");
  const list = new BlockList();
  for (const entry of proxies) {
    const range = typeof entry === "string" ? findRange(entry) : undefined;
    if (range === undefined) {
      throw new TypeError(
        `The trusted proxies (LATCHKEY_TRUSTED_PROXIES) hold ${JSON.stringify(entry)}, which is no address and no range such as 10.0.0.0/8.`,
      );
    }
    list.addSubnet(range.address, range.bits, familyOf(range.address));
  }
  return list;
}

/**
 * The address of the client behind a connection. Only a trusted proxy is asked for whom it speaks: from the right of its
 * `X-Forwarded-For`, the first address that is no trusted proxy, since all that stands left of it anybody can have written. What is no
 * address ends the search.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | null,
  proxies: TrustedProxies,
): string | undefined {
  let client = socketAddress === undefined ? undefined : findCanonicalAddress(socketAddress);
  const hops = forwardedFor === null ? [] : forwardedFor.split(",");
  while (client !== undefined && hops.length > 0 && proxies.check(client, familyOf(client))) {
    const before = findForwardedAddress(hops.pop() ?? "");
    if (before === undefined) break;
    client = before;
  }
  return client;
}

// Some proxies write the port too.
const WITH_PORT = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d{1,5})?$/i;

function findForwardedAddress(hop: string): string | undefined {
  const text = hop.trim();
  const parts = WITH_PORT.exec(text);
  return findCanonicalAddress(parts?.[1] ?? parts?.[2] ?? text);
}

interface Range {
  readonly address: string;
  readonly bits: number;
}

function findRange(entry: string): Range | undefined {
  const [written = "", length, ...more] = entry.split("/");
  const address = findCanonicalAddress(written);
  if (address === undefined || more.length > 0) return undefined;
  const longest = isIPv4(address) ? 32 : 128;
  if (length === undefined) return { address, bits: longest };
  // The length of an IPv4 range that is written as IPv6 counts from another start.
  const isMapped = isIPv4(address) !== isIPv4(written);
  const bits = /^[1-9]\d{0,2}$/.test(length) && !isMapped ? Number(length) : Number.NaN;
  return bits <= longest ? { address, bits } : undefined;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
