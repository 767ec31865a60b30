import { isIPv6 } from 'node:net';

/**
 * Who is behind an address, for counting: an IPv4 address itself, an IPv6 one's /64, since a single customer has at least
 * that many (RFC 6177). IPv4 in IPv6 (RFC 4291 §2.5.5.2) counts as IPv4. Anything else stays as it is.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`;
}

/** The eight groups as lower-case hexadecimal without leading zeros; the URL parser knows every notation (RFC 5952). */
function groupsOf(address: string): string[] {
  const withoutZone = address.split('%')[0];
  const [before = '', after] = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1).split('::');
  const head = before.split(':').filter(Boolean);
  const tail = after?.split(':').filter(Boolean) ?? [];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}
