import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isPublicAddress } from './public-address.ts';

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
  for (const one of own) {
    const family = isIP(one);
    if (family !== 0) list.addAddress(one, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The address that the host of a URL is without a name being looked up; undefined for a name. */
export function writtenAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return host;
  return /(?:^|\.)localhost\.?$/.test(host) ? '127.0.0.1' : undefined;
}
