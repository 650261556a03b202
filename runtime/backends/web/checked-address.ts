import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { GraphError } from '@graft/graph';
import { isHidden, type RemoteAccess } from '../access/index.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}
/** The addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * An address of the web: http or https, without a name or password. How a host is written (`2130706433`, `0x7f.1`,
 * `[::ffff:7f00:1]`) makes no difference: parsing gives the one form that is checked and connected to.
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
 * The addresses behind a URL, to connect to and no others: looking the name up again could give other ones. Throws
 * `unavailable` where any of them is not public, or this machine's own, unless the operator allows the site.
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

/** An address as messages name it: without what may be long or nobody else's business. */
export function shown({ protocol, host, pathname }: URL): string {
  const text = `${protocol}//${host}${pathname}`;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
