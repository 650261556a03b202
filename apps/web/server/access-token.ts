import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const cookieName = 'graft-token';

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
function sameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function cookieToken(header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName) return value;
  }
  return undefined;
}

/** What a request's credentials come to. */
export type Access =
  | { readonly kind: 'granted' }
  | { readonly kind: 'denied'; readonly message: string }
  /** The URL carried the token: set the cookie and go on without it in the address. */
  | { readonly kind: 'exchange'; readonly cookie: string; readonly location: string };

/** Checks the token of a request: `?token=` of the printed address once, a cookie from then on. */
export function checkAccess(request: IncomingMessage, token: string | undefined): Access {
  if (token === undefined) return { kind: 'granted' };
  const url = new URL(request.url ?? '/', 'http://graft');
  const given = url.searchParams.get('token');
  if (given !== null && request.method === 'GET' && sameToken(given, token)) {
    url.searchParams.delete('token');
    const cookie = `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict`;
    return { kind: 'exchange', cookie, location: url.pathname + url.search };
  }
  const kept = cookieToken(request.headers.cookie);
  if (kept !== undefined && sameToken(kept, token)) return { kind: 'granted' };
  return {
    kind: 'denied',
    message:
      'This server asks for a token. Open the address that "graft serve" printed, token included.',
  };
}
