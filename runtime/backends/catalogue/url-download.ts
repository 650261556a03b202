import type { IncomingMessage } from 'node:http';
import { hashFile, type FileHash } from '@graft/kit';
import { bodyOf, BrokenOff } from './http-get.ts';
import { requireSame, type Answer, type HubAccess } from './hub-access.ts';
import { Refused } from './hub-refusals.ts';
import { PartFile, type ByteRange } from './part-file.ts';
import { Retries } from './retries.ts';

/** Ranges of one file that are asked for at a time. */
const connections = 4;
/** Bytes of a range. Pieces are a 64th of the file, so that asking for them is no work for the server. */
const pieces = { least: 8 << 20, most: 256 << 20, share: 64 };

/** A server that gives the whole file whatever part is asked for. */
class WithoutRanges extends Error {}

export interface UrlDownload {
  readonly url: string;
  /** Grows, and is continued by the next call where it ended. */
  readonly part: string;
  /** sha256, where known. */
  readonly digest: string | undefined;
  /** Bytes, where known exactly. */
  readonly size: number | undefined;
  readonly access: Pick<HubAccess, 'open' | 'pause'>;
  readonly signal: AbortSignal;
  readonly received: (bytes: number) => void;
  /** Bytes of a range; for tests. */
  readonly piece?: number;
}

/**
 * Downloads into the part file, continuing what is there, and gives the sha256 of the whole. Large files come in several
 * ranges at a time. Throws `Unreachable`, `BrokenOff`, `TryAgain`, `Refused` and what the hub refuses.
 */
export async function downloadUrl(request: UrlDownload): Promise<FileHash> {
  try {
    await using part = await PartFile.open(request.part);
    await new Download(request, part).run();
  } catch (error) {
    if ((await PartFile.received(request.part)) === 0) await PartFile.remove(request.part);
    throw error;
  }
  return hashFile(request.part, request.signal);
}

class Download {
  readonly #request: UrlDownload;
  readonly #part: PartFile;
  readonly #reached = { yet: false };
  /** Of an unknown size: what the server calls the bytes that have come. */
  #validator: string | undefined;
  /** The most bytes that were there at one time. */
  #furthest = 0;

  constructor(request: UrlDownload, part: PartFile) {
    this.#request = request;
    this.#part = part;
    this.#furthest = part.received;
  }

  async run(): Promise<void> {
    const { size, signal } = this.#request;
    const retries = this.#newRetries();
    if (size === undefined) return retries.run(signal, () => this.#whole(retries));
    if (this.#part.received > size) await this.#part.clear();
    const least = Math.ceil(size / pieces.share);
    const piece = this.#request.piece ?? Math.min(pieces.most, Math.max(pieces.least, least));
    try {
      await this.#allOf(this.#part.gaps(size, piece), size);
    } catch (error) {
      if (!(error instanceof WithoutRanges)) throw error;
      await this.#part.clear();
      await retries.run(signal, () => this.#whole(retries));
    }
  }

  async #allOf(gaps: ByteRange[], size: number): Promise<void> {
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#request.signal, failed.signal]);
    const worker = async (): Promise<void> => {
      const retries = this.#newRetries();
      for (let gap = gaps.shift(); gap !== undefined; gap = gaps.shift()) {
        let [from] = gap;
        const [, to] = gap;
        const moved = (at: number): void => void (from = at);
        await retries.run(signal, async () => {
          if (from < to) await this.#range([from, to], { size, signal, moved, retries });
        });
      }
    };
    let first: unknown;
    const workers = Array.from({ length: Math.min(connections, gaps.length) }, () =>
      worker().catch((error: unknown) => {
        first ??= error;
        failed.abort();
      }),
    );
    await Promise.all(workers);
    this.#request.signal.throwIfAborted();
    if (first !== undefined) throw first;
  }

  /** One range: what has come of it is told by `moved`, also when it breaks off. */
  async #range(
    [from, to]: ByteRange,
    {
      size,
      signal,
      moved,
      retries,
    }: {
      readonly size: number;
      readonly signal: AbortSignal;
      readonly moved: (at: number) => void;
      readonly retries: Retries;
    },
  ): Promise<void> {
    const isWhole = from === 0 && to === size;
    const end = to === size ? '' : String(to - 1);
    const answer = await this.#request.access.open(this.#request.url, {
      signal,
      ...(isWhole ? {} : { range: `bytes=${from}-${end}` }),
    });
    this.#check(answer, [from, to], { size, isWhole });
    let at = from;
    for await (const bytes of bodyOf(answer.response, signal)) {
      if (at + bytes.byteLength > to) throw new Refused(`it sends more than ${size} bytes`);
      await this.#write(bytes, at, retries);
      at += bytes.byteLength;
      moved(at);
    }
    if (at < to) throw new BrokenOff(`it ended ${to - at} bytes early`);
  }

  /** Throws where an answer is not the range that was asked for. */
  #check(
    answer: Answer,
    [from, to]: ByteRange,
    { size, isWhole }: { readonly size: number; readonly isWhole: boolean },
  ): void {
    requireSame(answer, { digest: this.#request.digest, size });
    const { statusCode, headers } = answer.response;
    const length = Number(headers['content-length'] ?? to - from);
    const said = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
    const isOther =
      said !== null && (Number(said[1]) !== from || !['*', `${size}`].includes(said[2] ?? ''));
    const error =
      statusCode === 200 && !isWhole
        ? new WithoutRanges()
        : statusCode === 416
          ? new Refused(`it holds fewer than ${size} bytes`)
          : isOther
            ? new Refused('it answers with another part than asked for')
            : length !== to - from
              ? new Refused(`it holds ${size + length - (to - from)} bytes instead of ${size}`)
              : undefined;
    if (error === undefined) return;
    answer.response.destroy();
    throw error;
  }

  /** A file of unknown size, or of a server that gives no ranges: from where it ended, else from its beginning. */
  async #whole(retries: Retries): Promise<void> {
    const { url, signal, size, digest, access } = this.#request;
    // Nothing would show that the rest is of another file.
    if (size === undefined && this.#validator === undefined) await this.#part.clear();
    let at = this.#part.received;
    const range = at > 0 ? { range: `bytes=${at}-`, ifRange: this.#validator } : {};
    const answer = await access.open(url, { signal, ...range });
    if (size !== undefined) requireSame(answer, { digest, size });
    const { response } = answer;
    const before = this.#validator;
    this.#validator = validatorOf(response);
    const isOther = size === undefined && this.#validator !== before;
    if (response.statusCode === 416) {
      response.destroy();
      await this.#part.clear();
      throw new BrokenOff('the server could not continue the part file');
    }
    const from = Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? at);
    if (response.statusCode === 206 && (from !== at || (at > 0 && isOther))) {
      response.destroy();
      await this.#part.clear();
      throw new BrokenOff('the server continues with other bytes than those that have come');
    }
    if (at > 0 && response.statusCode !== 206) {
      await this.#part.clear();
      at = 0;
    }
    for await (const bytes of bodyOf(response, signal)) {
      if (size !== undefined && at + bytes.byteLength > size) {
        throw new Refused(`it sends more than ${size} bytes`);
      }
      await this.#write(bytes, at, retries);
      at += bytes.byteLength;
    }
    if (size === undefined || at >= size) return;
    // An answer that says where it ends has ended there: the server holds a shorter file.
    const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
    if (length !== undefined || encoding !== undefined) {
      throw new Refused(`it holds ${at} bytes instead of ${size}`);
    }
    throw new BrokenOff(`it ended ${size - at} bytes early`);
  }

  /** Of one connection: those beside it fail and wait for themselves. */
  #newRetries(): Retries {
    return new Retries(this.#request.access.pause, { reached: this.#reached });
  }

  async #write(bytes: Uint8Array, at: number, retries: Retries): Promise<void> {
    await this.#part.write(bytes, at);
    // Bytes that came before, and are coming again, are no progress.
    const { received } = this.#part;
    retries.came(Math.max(0, received - this.#furthest));
    this.#furthest = Math.max(this.#furthest, received);
    this.#request.received(received);
  }
}

/** What a server calls exactly these bytes; undefined where it says nothing. */
function validatorOf({ headers }: IncomingMessage): string | undefined {
  const { etag, 'last-modified': date } = headers;
  return etag !== undefined && !etag.startsWith('W/') ? etag : date;
}
