import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Stops transfers once a number of bytes has gone: holds them, or cuts every connection as a network that goes away. */
export class TransferGate {
  readonly #sockets = new Set<Socket>();
  #left = Number.POSITIVE_INFINITY;
  #way: 'hold' | 'cut' = 'hold';
  #isShut = false;
  #shut = (): void => undefined;
  #opened = resolvers();

  /** Resolves once so many bytes have gone. */
  stopAfter(bytes: number, way: 'hold' | 'cut'): Promise<void> {
    this.#left = bytes;
    this.#way = way;
    this.#isShut = false;
    this.#opened = resolvers();
    return new Promise((resolve) => (this.#shut = resolve));
  }

  /** Lets everything pass again. */
  open(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.#isShut = false;
    this.#opened.resolve();
  }

  /** A network that has gone away takes no connection. */
  admit(socket: Socket): void {
    if (this.#isShut && this.#way === 'cut') return void socket.destroy();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
  }

  /** Before bytes are written. */
  async pass(bytes: number, response: ServerResponse): Promise<void> {
    this.#left -= bytes;
    if (this.#left > 0) return;
    if (!this.#isShut) {
      this.#isShut = true;
      if (this.#way === 'cut') for (const socket of this.#sockets) socket.destroy();
      this.#shut();
    }
    if (this.#way === 'cut') return void response.destroy();
    await this.#opened.promise;
  }
}

function resolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
