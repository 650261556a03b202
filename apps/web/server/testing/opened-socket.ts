import { WebSocket } from 'ws';
import { z } from 'zod';

const frameSchema = z.object({
  id: z.number().nullable(),
  result: z
    .object({
      type: z.string(),
      id: z.string().optional(),
      data: z.object({ data: z.unknown() }).optional(),
    })
    .optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Frame = z.infer<typeof frameSchema>;

/** Speaks tRPC's protocol over a socket of the server, as the page does. */
export class OpenedSocket {
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  #changed: (() => void)[] = [];
  #closeCode: number | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      if (text !== 'PING') this.frames.push(frameSchema.parse(JSON.parse(text)));
      this.#tell();
    });
    socket.on('close', (code) => {
      this.#closeCode = code;
      this.#tell();
    });
  }

  /** Rejects with "403: why" where the server refuses it. */
  static open(url: string, headers: Record<string, string> = {}): Promise<OpenedSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
      const opened = new OpenedSocket(socket);
      socket.once('open', () => resolve(opened));
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString('utf8')));
        response.on('end', () => reject(new Error(`${String(response.statusCode)}: ${text}`)));
      });
    });
  }

  /** Asks for a subscription; behind `lastEventId`, where it goes on with one. */
  subscribe(path: string, input: unknown, lastEventId?: string): void {
    this.send({ id: 1, method: 'subscription', params: { path, input, lastEventId } });
  }

  /** Sends one call, or an array of calls, in one message. */
  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Waits until what came holds `text`, or the server has closed the socket. */
  async until(text: string): Promise<string> {
    for (;;) {
      const all = JSON.stringify(this.frames);
      if (all.includes(text) || this.#closeCode !== undefined) return all;
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** The code with which the server closed it. */
  async closed(): Promise<number> {
    while (this.#closeCode === undefined) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
    return this.#closeCode;
  }

  close(): void {
    this.#socket.terminate();
  }

  #tell(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
