import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { GraphError, type Web, type WebReply, type WebRequest } from '@graft/graph';
import { abortable } from '@graft/kit';
import type { RemoteAccess } from '../access/index.ts';
import {
  checkedAddresses,
  refused,
  shown,
  systemResolve,
  webUrl,
  type Address,
  type Resolve,
} from './checked-address.ts';
import { replyBody, type BodyLimit } from './reply-body.ts';
import { noRules, robotName, siteRules, type SiteRules } from './site-rules.ts';

export interface WebParts {
  readonly access: () => Promise<Pick<RemoteAccess, 'mayVisit' | 'key'>>;
  /** Default: as this machine resolves names. */
  readonly resolve?: Resolve;
}

const mostRedirects = 5;
/** Bytes of a robots.txt that are read (RFC 9309 asks for 500 KiB at least). */
const mostRules = 512 * 1024;

const headers = {
  'user-agent': `${robotName}/0.1`,
  accept: 'text/html, application/xhtml+xml, text/*;q=0.9, application/xml;q=0.9, */*;q=0.1',
  'accept-encoding': 'gzip, deflate, br',
};

/** Reads the web for one step, as `Web` says: a site's robots.txt is read once, and its pauses kept among all that the step asks. */
export class WebClient implements Web {
  readonly #access: Promise<Pick<RemoteAccess, 'mayVisit' | 'key'>>;
  readonly #resolve: Resolve;
  /** By origin. */
  readonly #rules = new Map<string, Promise<SiteRules>>();
  /** By host: when the next request may begin, on the clock of `performance`. */
  readonly #free = new Map<string, number>();

  constructor({ access, resolve = systemResolve }: WebParts) {
    this.#access = access();
    // Told to whoever asks.
    this.#access.catch(() => undefined);
    this.#resolve = resolve;
  }

  get(text: string, request: WebRequest): Promise<WebReply> {
    return this.#follow(webUrl(text), request, { most: request.most });
  }

  async #follow(start: URL, request: WebRequest, limit: BodyLimit): Promise<WebReply> {
    let url = start;
    let left = request.seconds * 1000;
    for (let hops = 0; hops <= mostRedirects; hops++) {
      await this.#politely(url, request);
      const began = performance.now();
      const reply = await this.#once(url, { ...request, left, limit });
      left -= performance.now() - began;
      if (!(reply instanceof URL)) return reply;
      url = reply;
    }
    throw refused(
      `${shown(start)} redirects more than ${mostRedirects} times. Give the address that it is to end at.`,
    );
  }

  /** One request: the reply, or where it sends on to. */
  async #once(
    url: URL,
    {
      signal,
      seconds,
      asks = false,
      left,
      limit,
    }: WebRequest & { readonly left: number; readonly limit: BodyLimit },
  ): Promise<WebReply | URL> {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(left)));
    const either = AbortSignal.any([signal, timeout]);
    try {
      const allowed = await this.#isAllowed(url, asks);
      const checking = checkedAddresses(url, { resolve: this.#resolve, allowed });
      const response = await send(url, await abortable(checking, either), either);
      const { statusCode: status = 0, headers: said } = response;
      if ([301, 302, 303, 307, 308].includes(status) && said.location !== undefined) {
        response.destroy();
        return webUrl(said.location, url);
      }
      const body = await replyBody(response, limit);
      return { url: url.href, status, type: said['content-type'] ?? '', body };
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) {
        throw refused(
          `${shown(url)} takes longer than ${seconds} s. Raise the timeout, or leave the page out.`,
        );
      }
      throw told(error, { url, limit });
    }
  }

  /** Whether the operator has named the site, so that it need not be public. Throws where it has to be named, and is not. */
  async #isAllowed({ href }: URL, asks: boolean): Promise<boolean> {
    const access = await this.#access;
    if (!asks) return access.mayVisit(href);
    access.key(href, undefined);
    return true;
  }

  /** Waits until the site may be asked, and throws where its robots.txt forbids it. */
  async #politely(url: URL, { robots, pause, ...request }: WebRequest): Promise<void> {
    let least = pause;
    if (robots) {
      const rules = await this.#rulesOf(url, { robots, pause, ...request });
      if (!rules.allows(url)) {
        throw refused(
          `The robots.txt of ${url.host} asks not to read ${shown(url)}. Leave the page out, or ask the site.`,
        );
      }
      least = Math.max(pause, rules.pause);
    }
    const now = performance.now();
    const at = Math.max(now, this.#free.get(url.host) ?? 0);
    this.#free.set(url.host, at + least * 1000);
    if (at > now) await delay(at - now, undefined, { signal: request.signal });
  }

  #rulesOf(url: URL, request: WebRequest): Promise<SiteRules> {
    const known = this.#rules.get(url.origin);
    if (known !== undefined) return known;
    const reading = this.#readRules(new URL('/robots.txt', url), request);
    this.#rules.set(url.origin, reading);
    reading.catch(() => undefined);
    return reading;
  }

  async #readRules(address: URL, request: WebRequest): Promise<SiteRules> {
    const plain = { ...request, robots: false };
    const { status, body } = await this.#follow(address, plain, { most: mostRules, cut: true });
    if (status >= 500) {
      throw refused(
        `${address.host} answers ${status} when asked for its robots.txt, so nobody knows what may be read there. Run again when it is well.`,
      );
    }
    return status >= 400 ? noRules : siteRules(address, new TextDecoder().decode(body));
  }
}

function send(
  url: URL,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const [first] = addresses;
  if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  const start = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const sent = start(
      url,
      {
        // A connection of its own: none that was opened to another address before.
        ...{ agent: false, signal, headers },
        lookup(_name, { all }, done) {
          if (all === true) done(null, [...addresses]);
          else done(null, first.address, first.family);
        },
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** What went wrong, for whoever wrote the address. */
function told(
  error: unknown,
  { url, limit }: { readonly url: URL; readonly limit: BodyLimit },
): Error {
  if (error instanceof GraphError) return error;
  if (error instanceof RangeError) {
    const most = limit.most >> 20 > 0 ? `${limit.most >> 20} MiB` : `${limit.most} bytes`;
    return new GraphError(
      'too-large',
      `${shown(url)} has more than ${most}. Raise the size that a page may have, or leave it out.`,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof TypeError && code === '') {
    return refused(
      `${shown(url)} comes packed as "${error.message}", which was not asked for and cannot be read.`,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return refused(
      `There is no ${url.hostname}, or its name cannot be looked up (${code}). Check the address and the connection.`,
    );
  }
  if (/^(Z_|ERR_ZSTD|ERR__ERROR|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return refused(`${shown(url)} is not packed as it says (${code}).`);
  }
  const said = code === '' ? (error instanceof Error ? error.message : String(error)) : code;
  return refused(
    `${shown(url)} cannot be read: the connection failed (${said}). Run again when it answers; what has been read is kept.`,
  );
}
