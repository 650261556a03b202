import { DamagedFile, type HeadSource } from '@graft/kit';
import { bodyOf } from './http-get.ts';
import { Refused } from './hub-refusals.ts';
import { requireSame, type HubAccess } from './hub-access.ts';
import { Retries } from './retries.ts';

/** Bytes. The largest vocabularies known make headers of 20 MB. */
const mostRead = 64 << 20;

export interface RemoteFile {
  /** What messages call it. */
  readonly path: string;
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  /** sha256, hex. */
  readonly digest: string | undefined;
}

/** The beginning of a remote file, fetched in ranges as needed. Reading throws as `HubAccess.open`. */
export class RemoteHead implements HeadSource {
  readonly path: string;
  readonly size: number;
  readonly #file: RemoteFile;
  readonly #access: HubAccess;
  readonly #signal: AbortSignal;
  /** May be longer than the bytes read so far. */
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(
    file: RemoteFile,
    { access, signal }: { readonly access: HubAccess; readonly signal: AbortSignal },
  ) {
    this.path = file.path;
    this.size = file.size;
    this.#file = file;
    this.#access = access;
    this.#signal = signal;
  }

  async read(offset: number, bytes: number): Promise<Uint8Array> {
    const end = Math.min(offset + bytes, this.size);
    if (end > mostRead) {
      throw new DamagedFile(
        this.path,
        `has a header of more than ${mostRead >> 20} MiB, which no known model has`,
      );
    }
    const retries = new Retries(this.#access.pause);
    await retries.run(this.#signal, () => this.#readTo(end, retries));
    return this.#buffer.subarray(offset, end);
  }

  async #readTo(end: number, retries: Retries): Promise<void> {
    const from = this.#length;
    if (from >= end) return;
    if (this.#buffer.byteLength < end) {
      const larger = Buffer.alloc(end);
      this.#buffer.copy(larger, 0, 0, from);
      this.#buffer = larger;
    }
    const answer = await this.#access.open(this.#file.url, {
      ...{ signal: this.#signal, range: `bytes=${from}-${end - 1}` },
    });
    requireSame(answer, this.#file);
    const { response } = answer;
    if (response.statusCode === 416) {
      response.destroy();
      throw new Refused(`it holds fewer than ${this.size} bytes`);
    }
    // A server without ranges starts at byte 0 again; the bytes already read are skipped.
    let skip = response.statusCode === 206 ? 0 : from;
    for await (const chunk of bodyOf(response, this.#signal)) {
      const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
      skip -= chunk.byteLength - fresh.byteLength;
      const wanted = fresh.subarray(0, end - this.#length);
      this.#buffer.set(wanted, this.#length);
      this.#length += wanted.byteLength;
      retries.came(fresh.byteLength);
      if (this.#length >= end) return;
    }
  }
}
