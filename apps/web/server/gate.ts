import type { IncomingMessage } from 'node:http';
import { AttemptLimit } from './attempt-limit.ts';
import { askerCookie, askerId, type AskedLink, type AskLinks } from './asking/ask-links.ts';
import { cameByHttps, refusal, type AllowedHosts } from './request-guard.ts';
import type { Sessions } from './sessions.ts';

/** Where the form of the page without a token sends it, below the base path. */
const enterPath = '/enter';

export type Denial = 'missing' | 'wrong' | 'limited' | 'link';

/** Who came by an ask link: the browser's id, and the graph. */
export interface ByLink extends AskedLink {
  readonly id: string;
}

/** What a request comes to before anything is answered. */
export type Admission =
  /** It may ask for `url`, which is the application's own, without base path and session. */
  | { readonly kind: 'granted'; readonly url: string; readonly byLink?: ByLink }
  /** Nothing of it is for a person to mend on a page. */
  | { readonly kind: 'refused'; readonly status: 403 | 404; readonly reason: string }
  | { readonly kind: 'moved'; readonly location: string }
  | { readonly kind: 'denied'; readonly reason: Denial }
  /** Another site links here, for which browsers hold the cookie back: a page of ours must ask for `location` again. */
  | { readonly kind: 'linked'; readonly location: string }
  /** It brings a token in its body: see `enter`. */
  | { readonly kind: 'form' }
  /** It brought the token: set the cookie and go on without it in the address. */
  | { readonly kind: 'entered'; readonly cookie: string; readonly location: string };

export interface GateOptions {
  readonly hosts: AllowedHosts;
  /** As `/graft`; empty at the root. */
  readonly basePath: string;
  /** Undefined where no token is asked for. */
  readonly sessions: Sessions | undefined;
  /** The same. */
  readonly askLinks: AskLinks | undefined;
}

/** Whether a link of another site led here: browsers hold back a strict cookie then. */
export function isFromOutside({ headers }: IncomingMessage): boolean {
  const from = headers['sec-fetch-site'];
  return from === 'cross-site' || from === 'same-site';
}

function isLinked(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers['sec-fetch-mode'] === 'navigate' &&
    isFromOutside(request)
  );
}

/** Decides on each request and each socket, before anything else looks at it. */
export class Gate {
  readonly #options: GateOptions;
  readonly #limit = new AttemptLimit();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Where the form sends the token. */
  get formAction(): string {
    return this.#options.basePath + enterPath;
  }

  admit(request: IncomingMessage): Admission {
    const { hosts, basePath, sessions } = this.#options;
    const reason = refusal(request.headers, hosts);
    if (reason !== undefined) return { kind: 'refused', status: 403, reason };
    const { url = '/' } = request;
    // Not `new URL().pathname`: it would fold `..` away before it could be refused.
    const [path = '/'] = url.split(/[?#]/, 1);
    const query = url.slice(path.length);
    if (path === basePath) return { kind: 'moved', location: `${basePath}/${query}` };
    if (!path.startsWith(`${basePath}/`)) {
      const where = `There is no such page: this server answers below ${basePath}/.`;
      return { kind: 'refused', status: 404, reason: where };
    }
    if (sessions === undefined) return { kind: 'granted', url: url.slice(basePath.length) };
    const link = this.#options.askLinks?.read(path);
    if (link === 'wrong') return { kind: 'denied', reason: 'link' };
    if (link !== undefined) {
      if (path === link.prefix) return { kind: 'moved', location: `${path}/${query}` };
      const byLink = { ...link, id: askerId(request) };
      return { kind: 'granted', url: url.slice(link.prefix.length), byLink };
    }
    if (path === this.formAction && request.method === 'POST') return { kind: 'form' };
    const params = new URLSearchParams(query);
    const given = params.get('token');
    if (given !== null && request.method === 'GET') {
      params.delete('token');
      return this.enter(request, given, params);
    }
    const session = path.startsWith(sessions.path) ? sessions.check(request) : 'missing';
    // Any path of the form, or the answer would tell which one is valid.
    if (session === 'missing' && path.startsWith(`${basePath}/s/`) && isLinked(request)) {
      return { kind: 'linked', location: url };
    }
    if (session !== 'valid') return { kind: 'denied', reason: session };
    return { kind: 'granted', url: url.slice(sessions.path.length - 1) };
  }

  /** Takes a token that was given in the address or in the form. `params` is what the page's address keeps. */
  enter(
    request: IncomingMessage,
    given: string,
    params: URLSearchParams,
  ): Extract<Admission, { kind: 'denied' | 'entered' }> {
    const { sessions } = this.#options;
    if (sessions === undefined) return { kind: 'denied', reason: 'wrong' };
    // The right token always opens: a page of another site can make a browser send wrong ones.
    if (!sessions.isToken(given)) {
      const address = request.socket.remoteAddress ?? '';
      if (!this.#limit.allows(address)) return { kind: 'denied', reason: 'limited' };
      this.#limit.note(address);
      return { kind: 'denied', reason: 'wrong' };
    }
    const rest = params.toString();
    // Always the page itself: a path of the request could name another host.
    const location = rest === '' ? sessions.path : `${sessions.path}?${rest}`;
    return { kind: 'entered', cookie: this.#newCookie(request, sessions), location };
  }

  /** A cookie that prolongs the session of a request that was granted; undefined where there are none. */
  prolonged(request: IncomingMessage, byLink: ByLink | undefined): string | undefined {
    const { sessions, hosts } = this.#options;
    if (byLink !== undefined) {
      const { id, prefix } = byLink;
      return askerCookie(id, { prefix, secure: cameByHttps(request.headers, hosts) });
    }
    return sessions === undefined ? undefined : this.#newCookie(request, sessions);
  }

  #newCookie({ headers }: IncomingMessage, sessions: Sessions): string {
    return sessions.newCookie({ secure: cameByHttps(headers, this.#options.hosts) });
  }
}
