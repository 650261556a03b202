import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A loopback server of files in memory, with ranges; it can break off or dawdle. */
export class FileServer implements AsyncDisposable {
  /** `GET /path` or `GET /path bytes=n-`. */
  readonly requests: string[] = [];
  /** Bytes after which the next answers break off, one each. */
  readonly breakAfter: number[] = [];
  readonly headers: Record<string, string> = {};
  /** Milliseconds before each answer. */
  delay = 0;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(files: Readonly<Record<string, Uint8Array>>) {
    this.#files = new Map(Object.entries(files));
  }

  static async start(files: Readonly<Record<string, Uint8Array>>): Promise<FileServer> {
    const server = new FileServer(files);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${String(address.port)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range } = request.headers;
    this.requests.push(`GET ${request.url ?? ''}${range === undefined ? '' : ` ${range}`}`);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    const file = this.#files.get(request.url ?? '');
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(range ?? '') ?? [];
    const start = Number(from);
    const rest = file.subarray(start, to === '' ? file.length : Number(to) + 1);
    const part = `bytes ${start}-${start + rest.length - 1}/${file.length}`;
    response.writeHead(range === undefined ? 200 : 206, {
      ...this.headers,
      ...(range === undefined ? {} : { 'content-range': part }),
      'content-length': rest.length,
    });
    const cut = this.breakAfter.shift();
    if (cut === undefined) response.end(rest);
    // Only once what was sent has been read, also on a busy machine: a break loses what has not.
    else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 300));
  }
}
