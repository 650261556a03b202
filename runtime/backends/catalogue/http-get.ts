import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';

/** A server that cannot be reached at all, so that its other files need not be tried. */
export class Unreachable extends Error {}
/** A connection that broke off, or went silent, while an answer came. */
export class BrokenOff extends Error {}

export interface GetRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: URL | undefined;
  readonly signal: AbortSignal;
}

/** Until the server answers; an unreachable hub must give way to the next source quickly. */
const answerMs = 5_000;
/** Without a byte. */
const stallMs = 30_000;
/** Fewer bytes in so many milliseconds are no download: a server may send one now and then for ever. */
const slowest = { bytes: 16 << 10, ms: 60_000 };

/** Sends one GET on a connection of its own and gives the answer, redirects too. Throws `Unreachable`. */
export async function httpGet(url: URL, request: GetRequest): Promise<IncomingMessage> {
  const { signal } = request;
  const deadline = AbortSignal.timeout(answerMs);
  const either = AbortSignal.any([signal, deadline]);
  try {
    const tunnel =
      request.proxy !== undefined && url.protocol === 'https:'
        ? await tunnelTo(url, { ...request, proxy: request.proxy, signal: either })
        : undefined;
    const response = await answer(send(url, request, tunnel), either);
    response.setTimeout(stallMs, () => {
      response.destroy(new BrokenOff(`no data for ${stallMs / 1000} s`));
    });
    return response;
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      throw new Unreachable(`no answer within ${answerMs / 1000} s`, { cause: error });
    }
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(reason(error), { cause: error });
  }
}

/** The bytes of an answer as they come. Throws `BrokenOff` where the connection does not bring all of them. */
export async function* bodyOf(
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = (): void => void response.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let [came, before] = [0, 0];
  // Whoever reads may be slow as well, such as a disk.
  let isTaken = false;
  const watch = setInterval(() => {
    if (came - before < slowest.bytes && !isTaken) {
      const [bytes, seconds] = [slowest.bytes >> 10, slowest.ms / 1000];
      response.destroy(new BrokenOff(`fewer than ${bytes} KiB came in ${seconds} s`));
    }
    before = came;
  }, slowest.ms);
  try {
    signal.throwIfAborted();
    const bytes: AsyncIterable<Uint8Array> = response;
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      came += chunk.byteLength;
      isTaken = true;
      yield chunk;
      isTaken = false;
    }
    signal.throwIfAborted();
    if (!response.complete) throw new BrokenOff('the connection broke off');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BrokenOff) throw error;
    throw new BrokenOff(`the connection broke off: ${reason(error)}`, { cause: error });
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    response.destroy();
  }
}

function send(
  url: URL,
  { headers, proxy }: GetRequest,
  tunnel: TLSSocket | undefined,
): ClientRequest {
  if (url.protocol === 'https:') {
    return requestSecure(url, {
      headers,
      ...(tunnel === undefined ? { agent: false } : { createConnection: () => tunnel }),
    });
  }
  if (proxy === undefined) return requestPlain(url, { headers, agent: false });
  return requestPlain({
    ...placeOf(proxy),
    agent: false,
    path: url.href,
    headers: { ...headers, host: url.host, ...proxyKey(proxy) },
  });
}

/** Waits for the headers; an abort ends the connection. */
function answer(sent: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const stop = (): void => void sent.destroy(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    const settled = (): void => signal.removeEventListener('abort', stop);
    sent.once('response', (response) => {
      settled();
      resolve(response);
    });
    sent.on('error', (error) => {
      settled();
      reject(error);
    });
    if (signal.aborted) stop();
    sent.end();
  });
}

/** A connection to a host through a proxy, which sees the host's name and nothing else. */
async function tunnelTo(
  url: URL,
  { proxy, signal }: { readonly proxy: URL; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const asked = requestPlain({
    ...placeOf(proxy),
    ...{ method: 'CONNECT', path: target, agent: false },
    headers: { host: target, ...proxyKey(proxy) },
  });
  const socket = await new Promise<Duplex>((resolve, reject) => {
    const stop = (): void => void asked.destroy(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    asked.once('connect', ({ statusCode = 0 }, opened) => {
      signal.removeEventListener('abort', stop);
      if (statusCode === 200) return resolve(opened);
      opened.destroy();
      reject(new Unreachable(`the proxy ${proxy.host} answered ${statusCode}`));
    });
    asked.once('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(new Unreachable(`the proxy ${proxy.host} does not work: ${reason(error)}`));
    });
    asked.end();
  });
  return connect({ socket, servername: url.hostname });
}

/** Without a name and password, which Node would send as those of the address behind the proxy. */
const placeOf = ({ hostname, port }: URL): { hostname: string; port: number } => ({
  hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
  port: port === '' ? 80 : Number(port),
});

function proxyKey({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const key = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(key).toString('base64')}` };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of a host failed: the first says why.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const text = first instanceof Error ? first.message : error.message;
  return text !== '' ? text : 'code' in error ? String(error.code) : 'the connection failed';
}
