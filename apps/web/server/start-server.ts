// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- a module without types of its own, for whoever compiles this file
/// <reference path="./compression.d.ts" />
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isLoopback } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { AnyRouter } from '@trpc/server';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import compression from 'compression';
import { pageFont } from './access-page.ts';
import { answerAccess } from './answer-access.ts';
import { AskLinks } from './asking/ask-links.ts';
import { Askers, closedToAskers } from './asking/asker.ts';
import { askerRouter } from './asking/asker-router.ts';
import { downloadPath, refuse, sendDownload } from './download.ts';
import { Gate, type ByLink } from './gate.ts';
import { listen } from './listen.ts';
import { openLiveSocket } from './live-socket.ts';
import { packagePath, receivePackage, sendPackage } from './package-transfer.ts';
import { receiveUpload, uploadPath } from './receive-files.ts';
import { reportPath, sendReport } from './report/send-report.ts';
import { allowedHosts, openableHost, outerHosts } from './request-guard.ts';
import { appRouter } from './router/index.ts';
import { maxBatchSize } from './router/trpc.ts';
import { settingsRefusal } from './settings-guard.ts';
import { newToken, Sessions } from './sessions.ts';
import { openStaticFiles, safeHeaders } from './static-files.ts';

const apiPrefix = '/api/trpc/';
/** Bytes of the largest request: a graph of 100,000 nodes takes less than 40 MB. */
const maxBodySize = 64 * 1024 * 1024;
/** Bytes of the largest request of an asker. */
const largestAsk = 2 * 1024 * 1024;
/** Bytes of the largest package by default: data and a few models. */
const usualPackage = 20e9;

/** Compresses answers; files were compressed by the build. */
const compress = compression({
  filter: (_request, response) =>
    String(response.getHeader('content-type')).startsWith('application/json'),
});

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

export interface ServerOptions {
  readonly workspace: Workspace;
  /** Address to bind: `127.0.0.1` unless the person chooses another. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Whether to take one of the next ports if `port` is taken. */
  readonly orNextPort?: boolean;
  /** Host names, besides this machine's own, under which a proxy is reached. */
  readonly allowHosts?: readonly string[];
  /** The path below which a proxy serves this, as `/graft`; absent: the root. */
  readonly basePath?: string;
  /**
   * Required of every request. Generated if absent or empty. Null disables it: anyone who reaches the port has full
   * access.
   */
  readonly token?: string | null;
  /** The exported page: `apps/web/out`. */
  readonly staticFolder: string;
  /** The built page of a run: `apps/web/dist/report-page.html`. */
  readonly reportFile?: string;
  /** The most bytes of a package that the page may upload. */
  readonly largestPackage?: number;
}

export interface RunningServer {
  /** Address to open, with the token if one is required. */
  readonly url: string;
  /** The same from other machines, if all addresses are bound. */
  readonly outerUrls: readonly string[];
  /** The same behind a proxy on its default port. */
  readonly proxyUrls: readonly string[];
  /** Whether anyone on the network has full access. */
  readonly unguarded: boolean;
  close(): Promise<void>;
}

/** Serves the page and the API over an opened workspace. Throws `unavailable` when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { workspace, host, largestPackage = usualPackage, reportFile } = options;
  const { token: chosen = '' } = options;
  // An empty token would let everybody in.
  const token = chosen === '' ? newToken() : (chosen ?? undefined);
  const staticFiles = await openStaticFiles(options.staticFolder);
  const font = pageFont(options.staticFolder);
  const { allowHosts = [], basePath = '' } = options;
  const askLinks = token === undefined ? undefined : new AskLinks(token, basePath);
  const gate = new Gate({
    hosts: allowedHosts(host, allowHosts),
    basePath,
    sessions: token === undefined ? undefined : new Sessions(token, basePath),
    askLinks,
  });
  const askers = new Askers();
  const askingOf = ({ file, id }: ByLink) => ({ name: { file, id }, askers });
  const closing = new AbortController();
  const context = {
    ...{ workspace, closing: closing.signal, largestPackage },
    askPath: askLinks && ((file: string) => askLinks.pathOf(file)),
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = gate.admit(request);
    if (admission.kind !== 'granted')
      return answerAccess({ gate, request, response, font }, admission);
    const { url, byLink } = admission;
    request.url = url;
    const [path = '/'] = url.split('?', 1);
    if (path.startsWith(apiPrefix)) {
      for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
      await new Promise<void>((resolve) => compress(request, response, resolve));
      const router: AnyRouter = byLink === undefined ? appRouter : askerRouter;
      await nodeHTTPRequestHandler({
        req: request,
        res: response,
        path: path.slice(apiPrefix.length),
        router,
        maxBodySize: byLink === undefined ? maxBodySize : largestAsk,
        maxBatchSize,
        createContext: async () => ({
          ...{ ...context, drained: async () => undefined },
          settingsRefusal: settingsRefusal(request, token !== undefined),
          asking: byLink === undefined ? undefined : askingOf(byLink),
        }),
      });
      return;
    }
    if (byLink !== undefined && (path.startsWith('/api/') || !isRead(request))) {
      return refuse(response, 403, closedToAskers);
    }
    if (path === packagePath && request.method === 'POST') {
      return receivePackage({ workspace, limit: largestPackage }, request, response);
    }
    if (path === uploadPath && request.method === 'POST') {
      return receiveUpload({ workspace, limit: largestPackage }, request, response);
    }
    if (!isRead(request)) {
      return refuse(response, 405, 'Only GET is answered here.');
    }
    if (path === packagePath) return sendPackage(workspace, request, response);
    if (path === downloadPath) return sendDownload(workspace, request, response);
    if (path === reportPath) {
      return sendReport({ workspace, page: reportFile }, request, response);
    }
    const cookie = path === '/' ? gate.prolonged(request, byLink) : undefined;
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    if (!(await staticFiles(request, response))) refuse(response, 404, 'There is no such page.');
  }

  // A package with models takes longer than the five minutes that Node allows: only the headers have a time limit.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000 },
    (request, response) => {
      respond(request, response).catch(() => {
        // The client has gone, or a file vanished meanwhile: there is nothing to answer.
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'The server could not answer this request.');
      });
    },
  );
  const closeSockets = openLiveSocket(server, { context, gate, askingOf });
  const port = await listen(server, options);
  const urlOf = (name: string): string =>
    `${name}${basePath}/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
  return {
    url: urlOf(`http://${openableHost(host)}:${port}`),
    outerUrls: outerHosts(host).map((name) => urlOf(`http://${name}:${port}`)),
    proxyUrls: allowHosts.map((name) => urlOf(`https://${name}`)),
    unguarded: token === undefined && (!isLoopback(host) || allowHosts.length > 0),
    async close() {
      // Before the subscriptions end: a page that sees one end does not reconnect.
      closeSockets();
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
