import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentSecurityPolicy, inlineScriptHashes } from './content-policy.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/** Headers of every response of the server. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The file below `root` that a URL path names, or undefined: no dot files, no link that leads outside. */
async function locate(root: string, urlPath: string): Promise<string | undefined> {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  if (path.split('/').some((part) => part.startsWith('.'))) return undefined;
  const wanted = join(root, path.endsWith('/') ? `${path}index.html` : path);
  try {
    const real = await realpath(wanted);
    if (!real.startsWith(root + sep)) return undefined;
    return (await stat(real)).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Serves an exported page; resolves to false when the path names no file of it. */
export type StaticFiles = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * Serves the files of a folder. A page's policy is made from that very page, so that a build under a running
 * server changes both together.
 */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const root = await realpath(folder);
  return async (request, response) => {
    // Not `new URL().pathname`: it would fold `..` away before we could refuse it.
    const urlPath = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    const file = await locate(root, urlPath);
    if (file === undefined) return false;
    const page = file.endsWith('.html') ? await readFile(file) : undefined;
    const hashedName = file.startsWith(join(root, '_next', 'static') + sep);
    response.writeHead(200, {
      ...safeHeaders,
      'Content-Type': mediaTypes[extname(file)] ?? 'application/octet-stream',
      'Content-Length': page?.length ?? (await stat(file)).size,
      'Content-Security-Policy': contentSecurityPolicy(
        page === undefined ? [] : inlineScriptHashes(page.toString('utf8')),
      ),
      'Cache-Control': hashedName ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else if (page !== undefined) response.end(page);
    else await pipeline(createReadStream(file), response);
    return true;
  };
}
