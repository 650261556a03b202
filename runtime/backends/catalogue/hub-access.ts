import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLoopback } from '@graft/graph';
import { operatorSettings } from '../access/operator-settings.ts';
import { writtenAddress } from '../access/public-address.ts';
import { httpGet } from './http-get.ts';
import { refusal, refusalOf, Refused } from './hub-refusals.ts';
import { proxyFor } from './proxy.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface HubAccessOptions {
  /** Base address; default `$HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  readonly environment: Environment;
  /** Waits before a request is made again; default: as long as it says. */
  readonly pause?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

export interface Asking {
  readonly signal: AbortSignal;
  /** `bytes=0-99`. */
  readonly range?: string;
  /** What the range is of: an ETag or a date, for a server that answers with the whole of what it has by now. */
  readonly ifRange?: string | undefined;
  /** The hub's own answers only: what leads to another host is refused. */
  readonly own?: boolean;
}

export interface Answer {
  readonly response: IncomingMessage;
  /** Digest and size that the hub stated on the way, of large files. */
  readonly stated: { readonly digest?: string; readonly size?: number };
}

const defaultHub = 'https://huggingface.co';
const maxRedirects = 8;

/**
 * Reads addresses of the web, and knows which of them are the hub's: only to those the token goes, over https or within
 * this machine, and never after a redirect has led elsewhere.
 */
export class HubAccess {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #origin: string;
  readonly #environment: Environment;

  constructor({ endpoint, environment, pause }: HubAccessOptions) {
    this.#environment = environment;
    this.endpoint = (endpoint ?? (environment['HF_ENDPOINT'] || defaultHub)).replace(/\/+$/, '');
    const isAddress = /^https?:\/\//.test(this.endpoint) && URL.canParse(this.endpoint);
    this.#origin = isAddress ? new URL(this.endpoint).origin : '';
    this.pause = pause ?? (async (ms, signal) => void (await sleep(ms, undefined, { signal })));
  }

  /** Whether a token is set. Throws `unavailable` for a settings file that others can read. */
  async hasToken(): Promise<boolean> {
    return (await tokenOf(this.#environment)) !== undefined;
  }

  /**
   * Follows redirects to bytes, whose status is 200, 206 or 416. Throws `Unreachable`, `TryAgain`, `Refused`, and
   * `bad-model` for what the hub refuses.
   */
  async open(address: string, { signal, range, ifRange, own = false }: Asking): Promise<Answer> {
    let url = addressOf(address);
    let isHome = url.origin === this.#origin;
    if (own && !isHome) throw this.#wrongEndpoint();
    if (isHome) this.#requireOnline();
    let stated: Answer['stated'] = {};
    for (let hop = 0; hop <= maxRedirects; hop++) {
      // Each time: a token that is set counts without a restart.
      const token = isHome && isPrivate(url) ? await tokenOf(this.#environment) : undefined;
      const response = await httpGet(url, {
        ...{ signal, proxy: proxyFor(url, this.#environment) },
        headers: {
          'user-agent': 'graft',
          // What is compressed cannot be continued.
          'accept-encoding': 'identity',
          ...(range === undefined ? {} : { range }),
          ...(ifRange === undefined ? {} : { 'if-range': ifRange }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
      if (isHome) stated = { ...stated, ...statedIn(response) };
      const { statusCode: status = 0, headers } = response;
      if (status === 200 || status === 206 || status === 416) return { response, stated };
      response.destroy();
      const isRedirect = status >= 300 && status < 400 && headers.location !== undefined;
      if (!isRedirect) {
        const hub = isHome ? this.endpoint : undefined;
        throw refusalOf({ url, status, headers, hub, withToken: token !== undefined });
      }
      const next = redirected(url, headers.location ?? '');
      isHome &&= next.origin === this.#origin;
      if (own && !isHome) throw new Refused(`it redirects to another host, ${next.host}`);
      url = next;
    }
    throw new Refused(`it redirects more than ${maxRedirects} times`);
  }

  #requireOnline(): void {
    if (!/^(1|on|yes|true)$/i.test(this.#environment['HF_HUB_OFFLINE'] ?? '')) return;
    throw refusal(
      'HF_HUB_OFFLINE is set, so Graft does not ask the hub. Unset it to download models.',
    );
  }

  #wrongEndpoint(): Error {
    return refusal('HF_ENDPOINT is not the address of a hub. Write it as https://huggingface.co.');
  }
}

/** Throws `Refused` where an answer says that it is another file, or a page. */
export function requireSame(
  { response, stated }: Answer,
  { digest, size }: { readonly digest: string | undefined; readonly size: number },
): void {
  const why = otherness(response, stated, { digest, size });
  if (why === undefined) return;
  response.destroy();
  throw new Refused(why);
}

function otherness(
  { headers }: IncomingMessage,
  stated: Answer['stated'],
  { digest, size }: { readonly digest: string | undefined; readonly size: number },
): string | undefined {
  if (stated.digest !== undefined && digest !== undefined && stated.digest !== digest) {
    return `it holds other bytes (sha256 ${stated.digest})`;
  }
  if (stated.size !== undefined && stated.size !== size) {
    return `it holds ${stated.size} bytes instead of ${size}`;
  }
  if (/^text\/html/.test(headers['content-type'] ?? '')) return 'it answers with a web page';
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity'
    ? undefined
    : `it sends a compressed answer (${encoding.slice(0, 20)})`;
}

function statedIn({ headers }: IncomingMessage): Answer['stated'] {
  const digest = String(headers['x-linked-etag'] ?? '').replaceAll('"', '');
  const size = String(headers['x-linked-size'] ?? '');
  return {
    ...(/^[0-9a-f]{64}$/.test(digest) ? { digest } : {}),
    ...(/^\d{1,15}$/.test(size) ? { size: Number(size) } : {}),
  };
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new Refused('it is not a web address');
}

function redirected(from: URL, location: string): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new Refused('it redirects to something that is not a web address');
  }
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new Refused(`it redirects to ${url.host} without encryption`);
  }
  // Services of this computer answer whoever asks from here, and no server of the web knows what it may ask of them.
  if (isHere(url) && !isHere(from)) {
    throw new Refused(`it redirects to this computer or its link, ${url.host}`);
  }
  return url;
}

/** Loopback, and the link with the metadata of clouds. */
const here = new BlockList();
here.addSubnet('0.0.0.0', 8);
here.addSubnet('127.0.0.0', 8);
here.addSubnet('169.254.0.0', 16);
here.addAddress('::', 'ipv6');
here.addAddress('::1', 'ipv6');
here.addSubnet('fe80::', 10, 'ipv6');

function isHere(url: URL): boolean {
  const address = writtenAddress(url);
  return address !== undefined && here.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether nobody on the way reads what is sent. */
const isPrivate = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url.hostname);

/** As the hub's own clients look for it, and before that in the operator's settings file. */
async function tokenOf(environment: Environment): Promise<string | undefined> {
  const settings = await operatorSettings(environment);
  const given = settings['HF_TOKEN'] || settings['HUGGING_FACE_HUB_TOKEN'];
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const home = environment['HF_HOME'] || join(cache, 'huggingface');
  const kept = environment['HF_TOKEN_PATH'] || join(home, 'token');
  const token = (given || (await readFile(kept, 'utf8').catch(() => ''))).trim();
  if (token === '') return undefined;
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw refusal(
    'The token in HF_TOKEN or its file is not a token: it has spaces or other characters.',
  );
}
