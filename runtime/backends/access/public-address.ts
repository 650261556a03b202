import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * IPv4 ranges (RFC 6890 and its registry): private, loopback, link-local with cloud metadata, shared, documentation,
 * multicast.
 */
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
  // Azure's platform address, which is formally public.
  ['168.63.129.16', 32] as const,
]) {
  notPublic4.addSubnet(network, prefix);
}

/** Only globally assigned IPv6, without ranges that carry an IPv4 address or have special uses. */
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

/** Whether a numeric address is on the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address);
    case 6:
      // An address with a zone is on a link of this machine.
      return (
        !address.includes('%') &&
        global6.check(address, 'ipv6') &&
        !notPublic6.check(address, 'ipv6')
      );
    default:
      return false;
  }
}

/** The current numeric addresses of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
}

/** Whether a numeric address belongs to a private network or to this machine, whose public addresses also lead here. */
export function isHidden(address: string, own: readonly string[] = ownAddresses()): boolean {
  if (!isPublicAddress(address)) return true;
  const list = new BlockList();
  for (const local of own) {
    const family = isIP(local);
    if (family !== 0) list.addAddress(local, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The address in a URL's host, without a name lookup; undefined for a name. */
export function writtenAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return host;
  return /(?:^|\.)localhost\.?$/.test(host) ? '127.0.0.1' : undefined;
}
