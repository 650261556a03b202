import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Serves `bytes` under every path, a piece at a time, until it is let go. */
export class SlowFiles implements AsyncDisposable {
  readonly #server;
  #slow = true;

  private constructor(bytes: Uint8Array) {
    // A minute of them: a busy page may take long to press what stops it.
    const pieces = 400;
    this.#server = createServer(async (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const size = bytes.length;
      response.writeHead(from > 0 ? 206 : 200, {
        'Content-Length': size - from,
        ...(from > 0 ? { 'Content-Range': `bytes ${from}-${size - 1}/${size}` } : {}),
      });
      const step = Math.ceil(size / pieces);
      for (let at = from; at < size && !response.destroyed; at += step) {
        response.write(bytes.subarray(at, at + step));
        if (this.#slow) await setTimeout(150);
      }
      response.end();
    });
  }

  static async start(bytes: Uint8Array): Promise<SlowFiles> {
    const files = new SlowFiles(bytes);
    files.#server.listen(0, '127.0.0.1');
    await once(files.#server, 'listening');
    return files;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on all comes at once. */
  hurry(): void {
    this.#slow = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
