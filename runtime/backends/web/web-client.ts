import {
  maxHeaderSize,
  request as requestPlain,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as requestSecure } from 'node:https';
import {
  GraphError,
  type Validators,
  type Web,
  type WebReply,
  type WebRequest,
} from '@graft/graph';
import { abortable } from '@graft/kit';
import { ownAddresses, type RemoteAccess } from '../access/index.ts';
import {
  checkedAddresses,
  refused,
  shown,
  systemResolve,
  webUrl,
  type Address,
  type Resolve,
} from './checked-address.ts';
import { type HostPauses, type Busy, busyHost, longestWait, restOf } from './host-pauses.ts';
import { replyBody, type BodyLimit } from './reply-body.ts';
import { noRules, robotName, siteRules, type SiteRules } from './site-rules.ts';

type Access = Pick<RemoteAccess, 'mayVisit' | 'key' | 'checkListed' | 'hiddenSite'>;

export interface WebParts {
  readonly access: () => Promise<Access>;
  /** Shared by all requests. */
  readonly pauses: HostPauses;
  /** The addresses of this machine. Default: read from the system. */
  readonly own?: () => readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

const mostRedirects = 5;
/** Most requests of a page whose host says how long it is busy. */
const mostTries = 3;
/** Consecutive replies of 503 that count as the page's own, not the host's. */
const mostUnwell = 2;
/** Most bytes of a robots.txt to read (RFC 9309 asks for at least 500 KiB). */
const mostRules = 512 * 1024;
/** Most characters of a validator to send back. */
const longestValidator = 1024;

const headers = {
  'user-agent': `${robotName}/0.1`,
  accept: 'text/html, application/xhtml+xml, text/*;q=0.9, application/xml;q=0.9, */*;q=0.1',
  'accept-encoding': 'gzip, deflate, br',
};

/**
 * Reads the web for one step, as `Web` defines: reads a site's robots.txt once, and shares its pauses among all
 * requests.
 */
export class WebClient implements Web {
  readonly #access: Promise<Access>;
  readonly #resolve: Resolve;
  /** By origin. */
  readonly #rules = new Map<string, Promise<SiteRules>>();
  readonly #pauses: HostPauses;
  readonly #own: () => readonly string[];
  /** Consecutive replies of 503, by host. */
  readonly #unwell = new Map<string, number>();

  constructor({ access, pauses, own = ownAddresses, resolve = systemResolve }: WebParts) {
    this.#pauses = pauses;
    this.#own = own;
    this.#access = access();
    // The error for all who ask.
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
      const at = url;
      const ask = async (): Promise<WebReply | URL | Busy> => {
        const began = performance.now();
        try {
          return await this.#once(at, { ...request, left, limit, start });
        } finally {
          left -= performance.now() - began;
        }
      };
      try {
        const seconds = await this.#pauseAt(at, request);
        const reply = await this.#patiently(at, { seconds, signal: request.signal }, ask);
        if (!(reply instanceof URL)) return reply;
        url = reply;
      } catch (error) {
        throw hops === 0 ? error : ledFrom(start, error);
      }
    }
    throw refused(
      `${shown(start)} redirects more than ${mostRedirects} times. Use the final address.`,
    );
  }

  /**
   * Runs `ask` when the host is free. Throws if the host asks for a longer pause than Graft waits, also for all others
   * that would ask it meanwhile.
   */
  async #patiently(
    { host }: URL,
    turn: { readonly seconds: number; readonly signal: AbortSignal },
    ask: () => Promise<WebReply | URL | Busy>,
  ): Promise<WebReply | URL> {
    for (let tries = 1; ; tries += 1) {
      const reply = await this.#pauses.turn(host, turn, async () => {
        const given = await ask();
        const busy = this.#busy(host, given);
        if (busy === undefined) return given;
        const { seconds, until } = restOf(busy);
        const isWaited = busy.seconds !== undefined && seconds <= longestWait && tries < mostTries;
        const refusal = refused(
          `${host} gets too many requests, or has a fault: it answered ${busy.status}. Graft sends it nothing until ${until} UTC. Run again then, with a longer pause; Graft keeps the pages it has read.`,
        );
        this.#pauses.rest(host, { seconds, ...(isWaited ? {} : { refusal }) });
        if (isWaited) return undefined;
        throw refusal;
      });
      if (reply !== undefined && !('seconds' in reply)) return reply;
    }
  }

  /** Whether a host is busy, by this reply and earlier ones; undefined if it is not. */
  #busy(host: string, reply: WebReply | URL | Busy): Busy | undefined {
    if (reply instanceof URL) return undefined;
    if ('seconds' in reply) return reply;
    const { status } = reply;
    const unwell = status === 503 ? (this.#unwell.get(host) ?? 0) + 1 : 0;
    if (unwell === 0) this.#unwell.delete(host);
    else this.#unwell.set(host, unwell);
    return unwell > mostUnwell ? { status, seconds: undefined } : undefined;
  }

  /** One request: the reply, the redirect target, or how busy the host is. */
  async #once(
    url: URL,
    request: WebRequest & { readonly left: number; readonly limit: BodyLimit; readonly start: URL },
  ): Promise<WebReply | URL | Busy> {
    const { signal, seconds, known, left, limit } = request;
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(left)));
    const either = AbortSignal.any([signal, timeout]);
    try {
      const allowed = await this.#isAllowed(url, request);
      const checking = checkedAddresses(url, {
        ...{ access: await this.#access, allowed },
        ...{ resolve: this.#resolve, own: this.#own() },
      });
      const response = await send(url, {
        ...{ addresses: await abortable(checking, either), signal: either },
        unless: known?.url === url.href ? known.validators : undefined,
      });
      const { statusCode: status = 0, headers: received } = response;
      if ([301, 302, 303, 307, 308].includes(status) && received.location !== undefined) {
        response.destroy();
        return redirected(received.location, url);
      }
      const busy = busyHost(status, received['retry-after']);
      if (busy !== undefined) {
        response.destroy();
        return busy;
      }
      const body = await replyBody(response, limit);
      const validators = validatorsOf(received);
      return {
        ...{ url: url.href, status, type: received['content-type'] ?? '', body },
        ...(validators === undefined ? {} : { validators }),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) {
        throw refused(
          `${shown(url)} takes more than ${seconds} s. Raise the timeout, or remove the page.`,
        );
      }
      throw fetchError(error, { url, limit });
    }
  }

  /** Whether the operator has named the site, so that it need not be public. Throws if it must be named and is not. */
  async #isAllowed(
    { href, origin }: URL,
    { asks = false, start }: { readonly asks?: boolean; readonly start: URL },
  ): Promise<boolean> {
    const access = await this.#access;
    if (!asks) return access.mayVisit(href);
    // Any graph that names this machine may ask it, but no server may redirect to another port here.
    if (origin === start.origin) access.key(href, undefined);
    else access.checkListed(href);
    return true;
  }

  /** Pause after a reply, in seconds. Throws if the site's robots.txt forbids the request. */
  async #pauseAt(url: URL, request: WebRequest): Promise<number> {
    if (!request.robots) return request.pause;
    const rules = await this.#rulesOf(url, request);
    if (!rules.allows(url)) {
      throw refused(
        `The robots.txt of ${url.host} forbids reading ${shown(url)}. Remove the page, or ask the site.`,
      );
    }
    return Math.max(request.pause, rules.pause);
  }

  #rulesOf(url: URL, request: WebRequest): Promise<SiteRules> {
    const known = this.#rules.get(url.origin);
    if (known !== undefined) return known;
    const reading = this.#readRules(new URL('/robots.txt', url), request);
    this.#rules.set(url.origin, reading);
    reading.catch(() => undefined);
    return reading;
  }

  /**
   * Rules of RFC 9309: a site without a robots.txt has none; if it cannot be fetched, nothing may be read. Asks twice,
   * because one lost connection would cost all pages of the site.
   */
  async #readRules(address: URL, request: WebRequest): Promise<SiteRules> {
    try {
      return await this.#askForRules(address, request);
    } catch (error) {
      if (!isFailure(error, request)) throw error;
    }
    try {
      return await this.#askForRules(address, request);
    } catch (error) {
      if (!isFailure(error, request)) throw error;
      throw refused(
        `Graft reads no page of ${address.host}, because it cannot read its robots.txt. ${error.message}`,
      );
    }
  }

  async #askForRules(address: URL, { known: _, ...request }: WebRequest): Promise<SiteRules> {
    const plain = { ...request, robots: false };
    const { status, body } = await this.#follow(address, plain, { most: mostRules, cut: true });
    if (status >= 500) {
      throw refused(`The site answered ${status}. Run again later.`);
    }
    return status >= 400 ? noRules : siteRules(new TextDecoder().decode(body));
  }
}

/** Whether the site could not be reached, as opposed to forbidden or aborted. */
function isFailure(error: unknown, { signal }: WebRequest): error is GraphError {
  return !signal.aborted && error instanceof GraphError && error.audience !== 'operator';
}

/** Target of a redirect. */
function redirected(location: string, from: URL): URL {
  try {
    return webUrl(location, from);
  } catch (error) {
    throw ledFrom(from, error);
  }
}

/** The same error, with the address that led there: the graph contains only that one. */
function ledFrom(start: URL, error: unknown): unknown {
  const by = ` ${shown(start)} redirects there.`;
  if (!(error instanceof GraphError) || error.message.endsWith(by)) return error;
  const { code, message, location, audience } = error;
  return new GraphError(code, message + by, { location, audience, cause: error });
}

function validatorsOf({
  etag = '',
  'last-modified': modified = '',
}: IncomingHttpHeaders): Validators | undefined {
  const isShort = etag.length + modified.length <= longestValidator;
  return isShort && `${etag}${modified}` !== '' ? { etag, modified } : undefined;
}

function send(
  url: URL,
  {
    addresses,
    signal,
    unless,
  }: {
    readonly addresses: readonly Address[];
    readonly signal: AbortSignal;
    /** Sends validators: an unchanged page need not be sent again. */
    readonly unless: Validators | undefined;
  },
): Promise<IncomingMessage> {
  const [first] = addresses;
  if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  const start = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const sent = start(
      url,
      {
        // A new connection: none that was opened to another address.
        ...{ agent: false, signal, headers: { ...headers, ...conditions(unless) } },
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

function conditions({ etag, modified }: Validators = { etag: '', modified: '' }) {
  return {
    ...(etag === '' ? {} : { 'if-none-match': etag }),
    ...(modified === '' ? {} : { 'if-modified-since': modified }),
  };
}

/** The error for the author of the address. */
function fetchError(
  error: unknown,
  { url, limit }: { readonly url: URL; readonly limit: BodyLimit },
): Error {
  if (error instanceof GraphError) return error;
  if (error instanceof RangeError) {
    const most = limit.most >> 20 > 0 ? `${limit.most >> 20} MiB` : `${limit.most} bytes`;
    return new GraphError(
      'too-large',
      `${shown(url)} has more than ${most}. Raise the largest size of a page, or remove the page.`,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof TypeError && code === '') {
    return refused(
      `${shown(url)} uses the compression "${error.message}", which Graft did not ask for and cannot read. Remove the page, or ask the site.`,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return refused(
      `Graft cannot find the host ${url.hostname} (${code}). Check the address and the connection.`,
    );
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return refused(
      `${shown(url)} answers with more than ${maxHeaderSize >> 10} KiB of headers, the limit. Remove the page, or ask the site.`,
    );
  }
  if (/^(Z_|ERR_ZSTD|ERR__ERROR|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return refused(
      `${shown(url)} has damaged compression (${code}). Run again, or remove the page.`,
    );
  }
  const reason = code === '' ? (error instanceof Error ? error.message : String(error)) : code;
  return refused(
    `Graft cannot read ${shown(url)}: the connection failed (${reason}). Run again later; Graft keeps the pages it has read.`,
  );
}
