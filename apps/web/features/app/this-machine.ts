import { isLoopback } from '@graft/graph';

/**
 * Whether an address with this host name leads to the machine that opens it: its links open for nobody elsewhere. Browsers
 * take every name below `localhost` for that; programs ask a name server.
 */
export function isThisMachine(hostname: string): boolean {
  return isLoopback(hostname) || hostname.endsWith('.localhost');
}
