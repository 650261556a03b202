import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Of IPv4 (RFC 6890 and its registry): private, loopback, link-local with metadata of clouds, shared, documentation, multicast. */
const notPublic4 = new BlockList();
for (const [network, prefix] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const),
  // What Azure gives its machines from a public address.
  ['168.63.129.16', 32] as const,
]) {
  notPublic4.addSubnet(network, prefix);
}

/** Of IPv6 only what is given out for the whole world, less what carries an IPv4 address or is for special uses within it. */
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
const notPublic6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic6.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address, by number, is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address);
    case 6:
      // With a zone it is of this machine's own links.
      return (
        !address.includes('%') &&
        global6.check(address, 'ipv6') &&
        !notPublic6.check(address, 'ipv6')
      );
    default:
      return false;
  }
}

/** The addresses of this machine, by number, as they are now. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
}

/** Whether an address, by number, is of a private network or of this machine, whose public addresses lead here too. */
export function isHidden(address: string, own: readonly string[] = ownAddresses()): boolean {
  if (!isPublicAddress(address)) return true;
  const list = new BlockList();
  for (const local of own) {
    const family = isIP(local);
    if (family !== 0) list.addAddress(local, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The address that the host of a URL is without a name being looked up; undefined for a name. */
export function writtenAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return host;
  return /(?:^|\.)localhost\.?$/.test(host) ? '127.0.0.1' : undefined;
}
