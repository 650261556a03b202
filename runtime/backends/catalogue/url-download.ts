import { createWriteStream } from 'node:fs';
import { rm, stat, truncate } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { hashFile } from '@graft/kit';

/** Until the server answers; an unreachable hub must give way to the next source quickly. */
const answerMs = 5_000;
/** Without a byte. */
const stallMs = 30_000;
const attempts = 4;
const maxRedirects = 8;

/** The server cannot be reached at all, so that its other files need not be tried. */
export class Unreachable extends Error {}
/** The source holds other bytes than asked for, or refuses. */
class Refused extends Error {}

export interface UrlDownload {
  readonly url: string;
  /** Grows, and is continued by the next call where it ended. */
  readonly part: string;
  /** Where known. */
  readonly digest: string | undefined;
  readonly size: number;
  readonly signal: AbortSignal;
  readonly received: (bytes: number) => void;
}

/** Downloads into the part file, continuing what is there, and gives the sha256 of the whole. */
export async function downloadUrl(request: UrlDownload): Promise<{ digest: string; size: number }> {
  let failure: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    request.signal.throwIfAborted();
    try {
      await appendRest(request);
      return await hashFile(request.part, request.signal);
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof Unreachable || error instanceof Refused || !isNetworkError(error)) {
        throw error;
      }
      failure = error;
    }
  }
  throw failure;
}

async function appendRest(request: UrlDownload): Promise<void> {
  let start = await stat(request.part).then(
    (found) => found.size,
    () => 0,
  );
  if (request.digest !== undefined && start === request.size) return;
  if (request.digest !== undefined && start > request.size) {
    await rm(request.part, { force: true });
    start = 0;
  }
  const response = await open(request, start);
  if (response.status === 416) {
    await response.body?.cancel();
    await rm(request.part, { force: true });
    throw new TypeError('the server could not continue the part file');
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Refused(`the server answered ${response.status} ${response.statusText}`.trim());
  }
  if (response.status !== 206 && start > 0) {
    await truncate(request.part, 0);
    start = 0;
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (request.digest !== undefined && start + length !== request.size && !Number.isNaN(length)) {
    if (response.headers.get('content-encoding') === null) {
      await response.body?.cancel();
      throw new Refused(`it holds ${start + length} bytes instead of ${request.size}`);
    }
  }
  await writeBody(response, request, start);
}

/** Follows redirects by hand: the hub names the sha256 of large files in the redirect itself. */
async function open(request: UrlDownload, start: number): Promise<Response> {
  let url = request.url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await answer(url, request.signal, start);
    const named = response.headers.get('x-linked-etag')?.replaceAll('"', '');
    if (request.digest !== undefined && named !== undefined && /^[0-9a-f]{64}$/.test(named)) {
      if (named !== request.digest) {
        await response.body?.cancel();
        throw new Refused(`it holds other bytes (sha256 ${named})`);
      }
    }
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
  throw new Refused('too many redirects');
}

async function answer(url: string, signal: AbortSignal, start: number): Promise<Response> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), answerMs);
  try {
    return await fetch(url, {
      redirect: 'manual',
      headers: {
        // Compressed bodies cannot be continued.
        'accept-encoding': 'identity',
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      },
      signal: AbortSignal.any([signal, deadline.signal]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.signal.aborted) {
      throw new Unreachable(`no answer within ${answerMs / 1000} s`, { cause: error });
    }
    throw new Unreachable(reason(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function writeBody(response: Response, request: UrlDownload, start: number): Promise<void> {
  if (response.body === null) throw new Refused('the server sent no body');
  const file = createWriteStream(request.part, { flags: start > 0 ? 'a' : 'w' });
  // Errors of the file (no space) surface through `finished`, also while nothing is being written.
  const closed = finished(file);
  closed.catch(() => undefined);
  const reader = response.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  request.signal.addEventListener('abort', stop, { once: true });
  let done = start;
  try {
    for (;;) {
      const { value } = await withStallLimit(reader.read());
      request.signal.throwIfAborted();
      if (value === undefined) break;
      done += value.byteLength;
      if (!file.write(value)) await Promise.race([once(file, 'drain'), closed]);
      request.received(done);
    }
    file.end();
    await closed;
  } finally {
    request.signal.removeEventListener('abort', stop);
    stop();
    file.destroy();
  }
}

async function withStallLimit<T>(read: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stall = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError(`no data for ${stallMs / 1000} s`)), stallMs);
  });
  try {
    return await Promise.race([read, stall]);
  } finally {
    clearTimeout(timer);
  }
}

/** fetch reports broken connections as TypeErrors; system errors carry a code and an errno. */
function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
