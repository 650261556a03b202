import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Seconds that a browser is known after it last opened the link. */
const lifetime = 30 * 24 * 3600;
const cookieName = 'graft-asker';
const idShape = /^[\w-]{22}$/;
/** The graph's path in base64url, and its token. Chats leave out the last slash. */
const linkShape = /^\/ask\/([\w-]{1,6000})\.([\w-]{22})(?=\/|$)/;

/** Who came by an ask link, and for which graph. */
export interface AskedLink {
  readonly file: string;
  /** What its address begins with, without a slash at the end. */
  readonly prefix: string;
}

/**
 * Links that open one graph for questions only. A link holds the graph's path and an HMAC of it under the server's
 * token: nothing is stored, and all links end with the token.
 */
export class AskLinks {
  readonly #token: string;
  readonly #basePath: string;

  constructor(token: string, basePath: string) {
    this.#token = token;
    this.#basePath = basePath;
  }

  /** The path of the link to a graph, base path included. */
  pathOf(file: string): string {
    return `${this.#basePath}/ask/${Buffer.from(file).toString('base64url')}.${this.#tokenOf(file)}/`;
  }

  /** Undefined: not such a link. */
  read(path: string): AskedLink | 'wrong' | undefined {
    const below = path.slice(this.#basePath.length);
    if (!below.startsWith('/ask/')) return undefined;
    const [link = '', encoded = '', token = ''] = linkShape.exec(below) ?? [];
    const file = Buffer.from(encoded, 'base64url').toString('utf8');
    const expected = Buffer.from(this.#tokenOf(file));
    const given = Buffer.from(token);
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
    return isOurs ? { file, prefix: this.#basePath + link } : 'wrong';
  }

  #tokenOf(file: string): string {
    const digest = createHmac('sha256', this.#token).update(`graft ask ${file}`);
    return digest.digest('base64url').slice(0, 22);
  }
}

/** The browser's id below a link; empty where it keeps no cookies. It opens nothing: the link does. */
export function askerId(request: IncomingMessage): string {
  const value = parseCookie(request.headers.cookie ?? '')[cookieName] ?? '';
  return idShape.test(value) ? value : '';
}

/** A `Set-Cookie` header that keeps the id of a browser, or gives it one. */
export function askerCookie(id: string, of: { prefix: string; secure: boolean }): string {
  return stringifySetCookie({
    name: cookieName,
    value: id === '' ? randomBytes(16).toString('base64url') : id,
    path: `${of.prefix}/`,
    httpOnly: true,
    // Links come from chats and mails: "strict" would give a new id each time, and forget what was asked.
    sameSite: 'lax',
    secure: of.secure,
    maxAge: lifetime,
  });
}
