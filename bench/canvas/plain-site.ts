import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Served } from '../report/serve-folder.ts';
import type { PlainGraph } from './made-graph.ts';

const here = import.meta.dirname;
/** The built workbench, whose style sheet and fonts the cards of the peer have, too. */
const built = path.resolve(here, '../../apps/web/out');

const kinds: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

/** Serves the page of the peer; `?nodes=1000` says which graph it shows. */
export async function servePlain(graphs: ReadonlyMap<number, PlainGraph>): Promise<Served> {
  const home = await readFile(path.join(built, 'index.html'), 'utf8');
  const sheets = home.match(/<link rel="stylesheet"[^>]*>/g) ?? [];
  const { outputFiles } = await build({
    entryPoints: [path.join(here, 'page/plain.tsx')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const script = outputFiles[0]?.contents ?? new Uint8Array();
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plain</title>${sheets.join('')}</head>
<body><div id="root"></div><script type="module" src="/plain.js"></script></body></html>`;

  const answer = async (url: URL): Promise<readonly [string, string | Uint8Array]> => {
    if (url.pathname === '/') return ['text/html', page];
    if (url.pathname === '/plain.js') return ['text/javascript', script];
    if (url.pathname === '/graph.json')
      return [
        'application/json',
        JSON.stringify(graphs.get(Number(url.searchParams.get('nodes')))),
      ];
    const file = path.join(built, path.normalize(url.pathname));
    return [kinds[path.extname(file)] ?? 'application/octet-stream', await readFile(file)];
  };
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://localhost')).then(
      ([kind, body]) => response.writeHead(200, { 'content-type': kind }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
