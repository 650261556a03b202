import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Seconds that a browser stays known: a bookmark works as long as the token that the workspace keeps. */
const cookieAge = 90 * 24 * 3600;

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
function sameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Cookies know no ports: without it in the name two servers of one machine would take each other's place. */
const cookieName = (port: number): string => `graft-token-${port}`;

/** What a request's credentials come to. */
export type Access =
  | { readonly kind: 'granted' }
  | { readonly kind: 'denied'; readonly reason: 'missing' | 'wrong' }
  /** The URL carried the token: set the cookie and go on without it in the address. */
  | { readonly kind: 'exchange'; readonly cookie: string; readonly location: string };

export interface Demanded {
  /** Undefined where none is asked for. */
  readonly token: string | undefined;
  readonly port: number;
}

/** Checks the token of a request: `?token=` of the printed address once, a cookie from then on. */
export function checkAccess(request: IncomingMessage, { token, port }: Demanded): Access {
  if (token === undefined) return { kind: 'granted' };
  const name = cookieName(port);
  const { searchParams } = new URL(request.url ?? '/', 'http://graft');
  const given = searchParams.get('token');
  if (given !== null && request.method === 'GET' && sameToken(given, token)) {
    searchParams.delete('token');
    const rest = searchParams.toString();
    const cookie = stringifySetCookie({
      name,
      value: token,
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      maxAge: cookieAge,
    });
    // Always the page itself: a path of the request could name another host.
    return { kind: 'exchange', cookie, location: rest === '' ? '/' : `/?${rest}` };
  }
  const kept = parseCookie(request.headers.cookie ?? '')[name];
  if (kept !== undefined && sameToken(kept, token)) return { kind: 'granted' };
  return { kind: 'denied', reason: given === null && kept === undefined ? 'missing' : 'wrong' };
}
