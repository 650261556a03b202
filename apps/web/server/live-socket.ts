import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphError } from '@graft/graph';
import type { AnyRouter } from '@trpc/server';
import { applyWSSHandler, jsonEncoder, type Encoder } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { deniedMessage } from './access-page.ts';
import { askerRouter } from './asking/asker-router.ts';
import type { ByLink, Gate } from './gate.ts';
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
  /** What a request has that came by an ask link. */
  readonly askingOf: (byLink: ByLink) => ApiContext['asking'];
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
  { context, gate, askingOf }: LiveSocketOptions,
): () => void {
  const byLinks = new WeakMap<IncomingMessage, ByLink>();
  const serve = (router: AnyRouter): WebSocketServer => {
    const wss = new WebSocketServer({
      noServer: true,
      maxPayload: largestMessage,
      // Messages are small and often: what compressing them keeps in memory for each page is not worth it.
      perMessageDeflate: false,
    });
    applyWSSHandler({
      ...{ wss, router, experimental_encoder: limitedEncoder },
      keepAlive: { enabled: true, pingMs, pongWaitMs },
      createContext: ({ req }) => {
        const byLink = byLinks.get(req);
        const asking = byLink === undefined ? undefined : askingOf(byLink);
        // The page changes settings by requests.
        const settingsRefusal = 'Settings change by a request, not over the socket.';
        return { ...context, asking, settingsRefusal, drained: () => drained(req) };
      },
    });
    return wss;
  };
  const sockets = serve(appRouter);
  const askerSockets = serve(askerRouter);
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const admission = gate.admit(request);
    if (admission.kind === 'refused') return refuse(socket, admission.status, admission.reason);
    if (admission.kind !== 'granted') {
      const reason = admission.kind === 'denied' ? admission.reason : 'missing';
      return refuse(socket, 401, deniedMessage(reason));
    }
    if (admission.url !== socketPath) return refuse(socket, 404, 'There is no such socket.');
    const { byLink } = admission;
    if (byLink !== undefined) byLinks.set(request, byLink);
    const served = byLink === undefined ? sockets : askerSockets;
    served.handleUpgrade(request, socket, head, (client) => {
      served.emit('connection', client, request);
    });
  });
  return () => {
    for (const client of [...sockets.clients, ...askerSockets.clients]) {
      client.close(restarting, 'The server is shutting down.');
      setTimeout(() => client.terminate(), graceMs).unref();
    }
  };
}
