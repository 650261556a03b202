// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- a module without types of its own, for whoever compiles this file
/// <reference path="./compression.d.ts" />
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphError } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import compression from 'compression';
import { deniedMessage, deniedPage, enteringPage } from './access-page.ts';
import { checkAccess, newToken, type Access } from './access-token.ts';
import { contentSecurityPolicy } from './content-policy.ts';
import { allowedHosts, isLoopback, openableHost, outerHosts, refusal } from './request-guard.ts';
import { downloadPath, sendDownload } from './download.ts';
import { packagePath, receivePackage, sendPackage } from './package-transfer.ts';
import { receiveUpload, uploadPath } from './receive-upload.ts';
import { reportPath, sendReport, type MarkdownWriter } from './report/send-report.ts';
import { openLiveSocket, type Admitted } from './live-socket.ts';
import { appRouter } from './router/index.ts';
import { openStaticFiles, safeHeaders } from './static-files.ts';

const apiPrefix = '/api/trpc/';
/** Bytes of a request: a graph of 100,000 nodes is below 40 MB. */
const maxBodySize = 64 * 1024 * 1024;
/** Bytes of a package: data and a few models. */
const usualPackage = 20e9;
/** Calls in one request; the page sends at most as many. */
const maxBatchSize = 20;

/** Answers are compressed as they are made; files were when they were built. */
const compress = compression({
  filter: (_request, response) =>
    String(response.getHeader('content-type')).startsWith('application/json'),
});

export interface ServerOptions {
  readonly workspace: Workspace;
  /** Address to bind, `127.0.0.1` unless people ask for another. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Demanded of every request; made up where none is given. Null waives it: whoever reaches the port may do all. */
  readonly token?: string | null;
  /** The exported page: `apps/web/out`. */
  readonly staticFolder: string;
  /** The built page of a run: `apps/web/dist/report-page.html`. */
  readonly reportFile?: string;
  /** Writes a run in Markdown; absent: that is not offered. */
  readonly markdown?: MarkdownWriter;
  /** Bytes of a package that the page may send. */
  readonly largestPackage?: number;
}

export interface RunningServer {
  /** Address to open, with the token where one is demanded. */
  readonly url: string;
  /** The same from other machines, where every address is bound. */
  readonly outerUrls: readonly string[];
  /** Whether anybody on the network may do anything. */
  readonly unguarded: boolean;
  close(): Promise<void>;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...safeHeaders, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    ...safeHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy([]),
    'Cache-Control': 'no-store',
  });
  response.end(html);
}

/** Answers a request without the right token: in the form in which it is read. */
function deny(
  request: IncomingMessage,
  response: ServerResponse,
  reason: 'missing' | 'wrong',
): void {
  if (request.url?.startsWith(apiPrefix) === true) {
    const problem = { code: 'no-access', message: deniedMessage, location: {}, audience: 'user' };
    const data = { code: 'UNAUTHORIZED', httpStatus: 401, problems: [problem] };
    response.writeHead(401, { ...safeHeaders, 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: { code: -32_001, message: deniedMessage, data } }));
  } else if (request.headers.accept?.includes('text/html') === true) {
    sendPage(response, 401, deniedPage(reason));
  } else {
    sendText(response, 401, deniedMessage);
  }
}

function enter(
  request: IncomingMessage,
  response: ServerResponse,
  { cookie, location }: Extract<Access, { kind: 'exchange' }>,
): void {
  response.setHeader('Set-Cookie', cookie);
  const from = request.headers['sec-fetch-site'];
  if (from === 'cross-site' || from === 'same-site') {
    return sendPage(response, 200, enteringPage(location));
  }
  response.writeHead(303, { ...safeHeaders, Location: location }).end();
}

/** Serves the page and the API over an opened workspace. Throws `unavailable` when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { workspace, host, largestPackage = usualPackage, reportFile, markdown } = options;
  const token = options.token === null ? undefined : (options.token ?? newToken());
  const staticFiles = await openStaticFiles(options.staticFolder);
  let hosts: ReadonlySet<string> = new Set();
  let port = options.port;
  const closing = new AbortController();
  const context = { workspace, closing: closing.signal, largestPackage };

  function admit(request: IncomingMessage): Admitted {
    const reason = refusal(request.headers, hosts);
    if (reason !== undefined) return { status: 403, reason };
    const access = checkAccess(request, { token, port });
    if (access.kind !== 'granted') return { status: 401, reason: deniedMessage };
    return { path: (request.url ?? '/').split('?', 1)[0] ?? '/' };
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reason = refusal(request.headers, hosts);
    if (reason !== undefined) return sendText(response, 403, reason);
    const access = checkAccess(request, { token, port });
    if (access.kind === 'denied') return deny(request, response, access.reason);
    if (access.kind === 'exchange') return enter(request, response, access);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(apiPrefix)) {
      for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
      await new Promise<void>((resolve) => compress(request, response, resolve));
      await nodeHTTPRequestHandler({
        req: request,
        res: response,
        path: path.slice(apiPrefix.length),
        router: appRouter,
        maxBodySize,
        maxBatchSize,
        createContext: async () => ({ ...context, drained: async () => undefined }),
      });
      return;
    }
    if (path === packagePath && request.method === 'POST') {
      return receivePackage({ workspace, limit: largestPackage }, request, response);
    }
    if (path === uploadPath && request.method === 'POST') {
      return receiveUpload({ workspace, limit: largestPackage }, request, response);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendText(response, 405, 'Only GET is answered here.');
    }
    if (path === packagePath) return sendPackage(workspace, request, response);
    if (path === downloadPath) return sendDownload(workspace, request, response);
    if (path === reportPath) {
      return sendReport({ workspace, page: reportFile, markdown }, request, response);
    }
    if (!(await staticFiles(request, response))) sendText(response, 404, 'There is no such page.');
  }

  // A package with models takes longer to arrive than the five minutes that Node gives a request: only its head has a limit.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000 },
    (request, response) => {
      respond(request, response).catch(() => {
        // The client went away, or a file vanished between two calls: nothing of it is for the reader.
        if (response.headersSent) response.destroy();
        else sendText(response, 500, 'The server could not answer this request.');
      });
    },
  );
  const closeSockets = openLiveSocket(server, { context, admit });
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
  port = (server.address() as AddressInfo).port;
  hosts = allowedHosts(host, port);
  const urlOf = (name: string): string =>
    `http://${name}:${port}/${token === undefined ? '' : `?token=${token}`}`;
  return {
    url: urlOf(openableHost(host)),
    outerUrls: outerHosts(host).map(urlOf),
    unguarded: token === undefined && !isLoopback(host),
    async close() {
      // Before the subscriptions end: a page that is told of an end does not come back.
      closeSockets();
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
