import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Seconds that a session lasts after the page was last opened. */
const lifetime = 30 * 24 * 3600;
const cookieName = 'graft-session';
const cookieShape = /^(\d{1,12})\.[\w-]{43}$/;

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * What a browser that showed the token is known by: a signed cookie, valid until a date, sent below a secret path only.
 *
 * Cookies know no ports. Every other web server on this host would be sent a cookie of the path `/`, and could use it here. A
 * server that does not know the path is never asked for anything below it, so it is sent nothing. Path and cookie are derived from
 * the token and reveal nothing of it: both outlive a restart, and end with the token.
 */
export class Sessions {
  /** Below which the workspace is served, from `/` to `/`. */
  readonly path: string;
  readonly #token: string;
  readonly #now: () => number;

  constructor(token: string, basePath: string, now: () => number = Date.now) {
    this.#token = token;
    this.#now = now;
    this.path = `${basePath}/s/${this.#derived('path').slice(0, 22)}/`;
  }

  isToken(given: string): boolean {
    return isSame(given, this.#token);
  }

  /** A `Set-Cookie` header. `secure` where the browser came by HTTPS. */
  newCookie({ secure }: { readonly secure: boolean }): string {
    const until = String(Math.floor(this.#now() / 1_000) + lifetime);
    return stringifySetCookie({
      name: cookieName,
      value: `${until}.${this.#derived(`session until ${until}`)}`,
      path: this.path,
      httpOnly: true,
      sameSite: 'strict',
      secure,
      maxAge: lifetime,
    });
  }

  /** What the cookie of a request comes to. */
  check(request: IncomingMessage): 'valid' | 'missing' | 'wrong' {
    const value = parseCookie(request.headers.cookie ?? '')[cookieName];
    if (value === undefined) return 'missing';
    const until = cookieShape.exec(value)?.[1];
    if (until === undefined) return 'wrong';
    const isOurs = isSame(value, `${until}.${this.#derived(`session until ${until}`)}`);
    if (!isOurs) return 'wrong';
    // A session that is over is nobody's fault.
    return Number(until) * 1_000 > this.#now() ? 'valid' : 'missing';
  }

  #derived(label: string): string {
    return createHmac('sha256', this.#token).update(`graft ${label}`).digest('base64url');
  }
}
