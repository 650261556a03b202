import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { z } from 'zod';

const bodySchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })).default([]),
});

/** A request as a server got it: for a chat, or to an encoder. */
export interface ChatRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** Aborts when whoever asked has gone. */
  readonly gone: AbortSignal;
}
type Answer = (request: ChatRequest, response: ServerResponse) => void | Promise<void>;

/** A server of a test's own at `http://127.0.0.1:PORT/v1`, which keeps what it was asked. */
export async function openChatServer(answer: Answer) {
  const requests: ChatRequest[] = [];
  const server = createServer((incoming, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.once('end', () => {
      const text = Buffer.concat(parts).toString();
      const sent: unknown = text === '' ? {} : JSON.parse(text);
      const { messages } = bodySchema.parse(sent);
      const body = z.record(z.string(), z.unknown()).parse(sent);
      const request: ChatRequest = {
        ...{ path: incoming.url ?? '', headers: incoming.headers },
        ...{ body, messages, gone: gone.signal },
      };
      requests.push(request);
      void answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Begins a stream of events. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** A piece of an answer. */
export function writePiece(response: ServerResponse, content: string): void {
  writeEvent(response, { choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

export function writeEvent(response: ServerResponse, event: unknown): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}

/** Ends an answer as a server does that counts tokens. */
export function endStream(
  response: ServerResponse,
  usage: { readonly prompt: number; readonly completion: number; readonly reason?: string },
): void {
  const { prompt, completion, reason = 'stop' } = usage;
  writeEvent(response, { choices: [{ index: 0, delta: {}, finish_reason: reason }] });
  writeEvent(response, {
    choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion },
  });
  response.end('data: [DONE]\n\n');
}

/** An answer in these pieces. */
export function answerWith(response: ServerResponse, ...pieces: readonly string[]): void {
  beginStream(response);
  for (const piece of pieces) writePiece(response, piece);
  endStream(response, { prompt: 7, completion: pieces.length });
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
}
