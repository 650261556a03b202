import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphError } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { checkAccess, newToken } from './access-token.ts';
import { downloadPath, sendDownload } from './download.ts';
import { allowedHosts, isLoopback, refusal, urlHost } from './request-guard.ts';
import { appRouter } from './router/index.ts';
import { openStaticFiles, safeHeaders } from './static-files.ts';

const apiPrefix = '/api/trpc/';
/** Bytes of a request: a graph of 100,000 nodes is below 40 MB. */
const maxBodySize = 64 * 1024 * 1024;

export interface ServerOptions {
  readonly workspace: Workspace;
  /** Address to bind, `127.0.0.1` unless people ask for another. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Demanded of every request. Made up where `host` is not loopback and none is given. */
  readonly token?: string;
  /** The exported page: `apps/web/out`. */
  readonly staticFolder: string;
}

export interface RunningServer {
  /** Address to open, with the token where one is demanded. */
  readonly url: string;
  close(): Promise<void>;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...safeHeaders, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

/** Serves the page and the API over an opened workspace. Throws `unavailable` when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { workspace, host } = options;
  const token = options.token ?? (isLoopback(host) ? undefined : newToken());
  const staticFiles = await openStaticFiles(options.staticFolder);
  let hosts: ReadonlySet<string> = new Set();
  const closing = new AbortController();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reason = refusal(request.headers, hosts);
    if (reason !== undefined) return sendText(response, 403, reason);
    const access = checkAccess(request, token);
    if (access.kind === 'denied') return sendText(response, 401, access.message);
    if (access.kind === 'exchange') {
      const headers = { ...safeHeaders, 'Set-Cookie': access.cookie, Location: access.location };
      response.writeHead(303, headers).end();
      return;
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(apiPrefix)) {
      for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
      await nodeHTTPRequestHandler({
        req: request,
        res: response,
        path: path.slice(apiPrefix.length),
        router: appRouter,
        maxBodySize,
        createContext: async () => ({ workspace, closing: closing.signal }),
      });
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendText(response, 405, 'Only GET is answered here.');
    }
    if (path === downloadPath) return sendDownload(workspace, request, response);
    if (!(await staticFiles(request, response))) sendText(response, 404, 'There is no such page.');
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => {
      // The client went away, or a file vanished between two calls: nothing of it is for the reader.
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'The server could not answer this request.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE'
          ? `Port ${options.port} is taken. Stop what uses it, or choose another with --port.`
          : `Cannot listen on ${host}:${options.port}: ${cause.message}`;
      reject(new GraphError('unavailable', message, { audience: 'operator', cause }));
    });
    server.listen(options.port, host.replace(/^\[|\]$/g, ''), resolve);
  });
  const { port } = server.address() as AddressInfo;
  hosts = allowedHosts(host, port);
  return {
    url: `http://${urlHost(host)}:${port}/${token === undefined ? '' : `?token=${token}`}`,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
