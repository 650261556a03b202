import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphError } from '@graft/graph';
import { applyWSSHandler, jsonEncoder, type Encoder } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { deniedMessage } from './access-page.ts';
import type { Gate } from './gate.ts';
import { appRouter } from './router/index.ts';
import { maxBatchSize, type ApiContext } from './router/trpc.ts';

/** Where the page opens its one socket: subscriptions go over it, whatever their number. */
const socketPath = '/api/live';

/** Bytes of one message of the page: after a disconnect it asks for all of its subscriptions at once. */
const largestMessage = 256 * 1024;
/** Milliseconds of silence after which the page is asked whether it is there, and in which it answers. */
const pingMs = 30_000;
const pongWaitMs = 30_000;
/** Milliseconds in which a page may answer that the server closes. */
const graceMs = 1_000;
/** "Service restart" (IANA): the page tries again. */
const restarting = 1012;

/** Refuses a message of too many calls as a whole: tRPC's limit of a batch holds for HTTP alone. */
const limitedEncoder: Encoder = {
  encode: (data) => jsonEncoder.encode(data),
  decode: (data) => {
    const message: unknown = jsonEncoder.decode(data);
    if (Array.isArray(message) && message.length > maxBatchSize) {
      throw new GraphError(
        'too-large',
        `A message takes at most ${String(maxBatchSize)} calls, not ${String(message.length)}.`,
      );
    }
    return message;
  },
};

export interface LiveSocketOptions {
  readonly context: Omit<ApiContext, 'drained' | 'settingsRefusal'>;
  /** The same check as for every other request. */
  readonly gate: Gate;
}

/** Resolves once what was sent has left for the network, so that a slow reader holds back who sends. */
function drained({ socket }: IncomingMessage): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** Answers a request for a socket as HTTP, and hangs up: whoever keeps their end open would keep the server from closing. */
function refuse(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${String(status)} Refused`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Serves subscriptions over WebSockets of `server`. Returns what closes them all, before `closing` ends their subscriptions. */
export function openLiveSocket(
  server: Server<typeof IncomingMessage, typeof ServerResponse>,
  { context, gate }: LiveSocketOptions,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    // Messages are small and often: what compressing them keeps in memory for each page is not worth it.
    perMessageDeflate: false,
  });
  applyWSSHandler({
    wss: sockets,
    router: appRouter,
    experimental_encoder: limitedEncoder,
    keepAlive: { enabled: true, pingMs, pongWaitMs },
    // The page changes settings by requests.
    createContext: ({ req }) => ({
      ...{ ...context, drained: () => drained(req) },
      settingsRefusal: 'Settings change by a request, not over the socket.',
    }),
  });
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const admission = gate.admit(request);
    if (admission.kind === 'refused') return refuse(socket, admission.status, admission.reason);
    if (admission.kind !== 'granted') return refuse(socket, 401, deniedMessage);
    if (admission.url !== socketPath) return refuse(socket, 404, 'There is no such socket.');
    sockets.handleUpgrade(request, socket, head, (client) => {
      sockets.emit('connection', client, request);
    });
  });
  return () => {
    for (const client of sockets.clients) {
      client.close(restarting, 'The server is shutting down.');
      setTimeout(() => client.terminate(), graceMs).unref();
    }
  };
}
