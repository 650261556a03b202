import { DamagedFile, type HeadSource } from '@graft/kit';
import { bodyOf } from './http-get.ts';
import type { HubAccess } from './hub-access.ts';
import { Refused } from './hub-refusals.ts';
import { Retries } from './retries.ts';

/** Bytes. The largest vocabularies known make headers of 20 MB. */
const mostRead = 64 << 20;

/** The beginning of a file of the web, read by ranges as far as it is asked for. Reading throws as `HubAccess.open`. */
export class RemoteHead implements HeadSource {
  readonly path: string;
  readonly size: number;
  readonly #url: string;
  readonly #access: HubAccess;
  readonly #signal: AbortSignal;
  #bytes: Uint8Array = new Uint8Array();

  constructor(
    { path, url, size }: { readonly path: string; readonly url: string; readonly size: number },
    { access, signal }: { readonly access: HubAccess; readonly signal: AbortSignal },
  ) {
    this.path = path;
    this.size = size;
    this.#url = url;
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
    return this.#bytes.subarray(offset, end);
  }

  async #readTo(end: number, retries: Retries): Promise<void> {
    const from = this.#bytes.byteLength;
    if (from >= end) return;
    const { response } = await this.#access.open(this.#url, {
      ...{ signal: this.#signal, range: `bytes=${from}-${end - 1}` },
    });
    if (response.statusCode === 416) {
      response.destroy();
      throw new Refused(`it holds fewer than ${this.size} bytes`);
    }
    // One that gives no ranges begins anew; what is not wanted of it is not read.
    let skip = response.statusCode === 206 ? 0 : from;
    for await (const chunk of bodyOf(response, this.#signal)) {
      const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
      skip -= chunk.byteLength - fresh.byteLength;
      this.#bytes = Buffer.concat([this.#bytes, fresh.subarray(0, end - this.#bytes.byteLength)]);
      retries.came(fresh.byteLength);
      if (this.#bytes.byteLength >= end) return;
    }
  }
}
