import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { GraphError } from '@graft/graph';
import { isHidden, type RemoteAccess } from '../access/index.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}
/** Resolves a host name to its addresses. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * Parses a web address: http or https, without name or password. The spelling of a host (`2130706433`, `0x7f.1`,
 * `[::ffff:7f00:1]`) makes no difference: parsing gives one form, which is checked and connected to.
 */
export function webUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href))
    throw refused(`"${text}" is not the address of a page. Correct it.`);
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`${shown(url)} is not a web page: Graft reads only http and https.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(`The address of a page at ${url.host} contains a name or password. Remove it.`);
  }
  url.hash = '';
  return url;
}

interface Checking {
  readonly resolve: Resolve;
  readonly access: Pick<RemoteAccess, 'hiddenSite'>;
  /** Whether the operator allows the site, whatever its addresses. */
  readonly allowed: boolean;
  /** The addresses of this machine. */
  readonly own: readonly string[];
}

/**
 * The addresses behind a URL; connect only to these, because another lookup could differ. Throws `unavailable` if any
 * of them is not public or belongs to this machine, unless the operator allows the site.
 */
export async function checkedAddresses(
  url: URL,
  { resolve, access, allowed, own }: Checking,
): Promise<readonly Address[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  const hidden = addresses.find(({ address }) => isHidden(address, own));
  if (hidden === undefined || allowed) return addresses;
  throw access.hiddenSite(url, hidden.address);
}

export function refused(message: string): GraphError {
  return new GraphError('unavailable', message);
}

/** An address for messages: without parts that may be long or private. */
export function shown({ protocol, host, pathname }: URL): string {
  const text = `${protocol}//${host}${pathname}`;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
