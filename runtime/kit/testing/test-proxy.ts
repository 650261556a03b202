import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy on loopback, which fails as networks do. */
export class TestProxy implements AsyncDisposable {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;
  #mode: 'passes' | 'holds' | 'refuses' = 'passes';
  #alters = false;
  #loses: string | undefined;
  /** Answers that were altered. */
  altered = 0;

  /** To the host and port of an address. */
  static async to(address: string): Promise<TestProxy> {
    const { hostname, port } = new URL(address);
    const proxy = new TestProxy({ host: hostname, port: Number(port) });
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.#accept(client);
    });
  }

  /** The address, through this proxy. */
  through(address: string): string {
    const url = new URL(address);
    const own = this.#server.address();
    if (typeof own !== 'object' || own === null) throw new Error('no port');
    url.hostname = '127.0.0.1';
    url.port = String(own.port);
    return url.href;
  }

  /** Passes nothing on, as a network that is cut; connections stay open. */
  hold(): void {
    this.#mode = 'holds';
    for (const { client, server } of this.#pairs) for (const each of [client, server]) each.pause();
  }

  /** Ends all connections, and new ones at once, as a service that is down. */
  refuse(): void {
    this.#mode = 'refuses';
    this.#destroyAll();
  }

  pass(): void {
    this.#mode = 'passes';
    for (const { client, server } of this.#pairs) {
      for (const each of [client, server]) each.resume();
    }
  }

  /** Flips a bit in the body of the next answer with an artifact of S3. */
  alterNext(): void {
    this.#alters = true;
  }

  /** Ends the connection of the next request with a text once the server has answered it, without the answer. */
  loseAnswer(text: string): void {
    this.#loses = text;
  }

  /** Whether the request whose answer is to be lost is still to come. */
  get isToLose(): boolean {
    return this.#loses !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#destroyAll();
    await closed;
  }

  #destroyAll(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#mode === 'refuses') {
      client.destroy();
      return;
    }
    const server = connect(this.#target);
    server.on('error', () => client.destroy());
    const pair = { client, server };
    this.#pairs.add(pair);
    client.on('close', () => {
      this.#pairs.delete(pair);
      server.destroy();
    });
    server.on('close', () => client.destroy());
    let isArtifact = false;
    let isLost = false;
    client.on('data', (bytes: Buffer) => {
      isArtifact = /^GET \/\S+\/sha256\/../.test(bytes.subarray(0, 200).toString('latin1'));
      if (this.#loses !== undefined && bytes.includes(this.#loses)) {
        this.#loses = undefined;
        isLost = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (isLost) {
        client.destroy();
        return;
      }
      client.write(isArtifact && this.#alters ? this.#alter(bytes) : bytes);
    });
    if (this.#mode === 'holds') for (const each of [client, server]) each.pause();
  }

  #alter(bytes: Buffer): Buffer {
    const body = bytes.indexOf('\r\n\r\n') + 4;
    if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200')) || body >= bytes.length)
      return bytes;
    this.#alters = false;
    this.altered += 1;
    const altered = Buffer.from(bytes);
    altered[body] = (altered[body] ?? 0) ^ 1;
    return altered;
  }
}
