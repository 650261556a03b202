import { readFileSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import sirv from 'sirv';
import { contentSecurityPolicy, inlineScriptHashes } from './content-policy.ts';

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
 * Serves the files of a folder, as the build compressed them where the browser takes that. What may be served is
 * decided here; how (ranges, types, encodings, validators) is sirv's. Every file is looked up anew and a page's
 * policy is made from that very page, so that a build under a running server changes both together.
 */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const root = await realpath(folder);
  const immutable = join(root, '_next', 'static') + sep;
  const send = sirv(root, { dev: true, etag: true, brotli: true, gzip: true });
  return async (request, response) => {
    // Not `new URL().pathname`: it would fold `..` away before we could refuse it.
    const urlPath = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    const file = await locate(root, urlPath);
    if (file === undefined) return false;
    const scripts = file.endsWith('.html') ? inlineScriptHashes(readFileSync(file, 'utf8')) : [];
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    response.setHeader(
      'Content-Security-Policy',
      contentSecurityPolicy(scripts, request.headers.host ?? ''),
    );
    response.setHeader(
      'Cache-Control',
      file.startsWith(immutable) ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    return new Promise((resolve) => {
      response.once('close', () => resolve(true));
      send(request, response, () => resolve(false));
    });
  };
}
