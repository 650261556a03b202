import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GraphError } from '@graft/graph';
import { packageSuffix, type Workspace } from '@graft/workspace';
import { z } from 'zod';
import { disposition, refuse, safeFileName } from './download.ts';
import { pathInput } from './router/graphs.ts';
import { safeHeaders } from './static-files.ts';
import { withoutFolders } from './without-folders.ts';

/** Where packages go out (GET) and come in (POST). */
export const packagePath = '/api/package';

const flag = z.enum(['0', '1']).default('0');
const outQuery = z.object({ file: pathInput, data: flag, artifacts: flag, models: flag });
const inQuery = z.object({ name: z.string().min(1).max(300) });

const queryOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(new URL(request.url ?? '/', 'http://graft').searchParams);

/** Packs a graph file and sends the package. */
export async function sendPackage(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = outQuery.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is no address of a package.');
  const { file, data, artifacts, models } = query.data;
  const choice = { data: data === '1', artifacts: artifacts === '1', models: models === '1' };
  let size: number;
  let body: Readable;
  try {
    ({ size, body } = await workspace.packages.packStream(file, choice));
  } catch (error) {
    const { message } = GraphError.from(error);
    return refuse(response, 400, withoutFolders(message, workspace.root));
  }
  const name = (file.split('/').at(-1) ?? file).replace(/\.graft\.json$/, '');
  response.writeHead(200, {
    ...safeHeaders,
    'Content-Type': 'application/zip',
    'Content-Length': size,
    'Content-Disposition': disposition(`${safeFileName(name)}${packageSuffix}`),
    'Cache-Control': 'no-store',
  });
  await pipeline(body, response).catch(() => {
    response.destroy();
  });
}

/** Milliseconds in which a sender of too much may read why, before the connection is cut. */
const graceMs = 2_000;

/**
 * Unpacks what is sent, and answers with the report, or with what is wrong. What is larger than `limit` bytes is refused
 * before it is read, or, where its size was not said, when it gets too large. It is written to disk as it comes.
 */
export async function receivePackage(
  { workspace, limit }: { readonly workspace: Workspace; readonly limit: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = inQuery.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is no address of a package.');
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { ...safeHeaders, 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  try {
    const said = Number(request.headers['content-length'] ?? 0);
    if (said > limit) throw tooLarge(`The package has ${String(said)} bytes`, limit);
    const { name } = query.data;
    answer(200, await workspace.packages.unpackStream(upTo(request, limit), name));
  } catch (error) {
    const { message, location } = GraphError.from(error);
    if (!request.complete) {
      response.setHeader('Connection', 'close');
      request.resume();
      setTimeout(() => request.destroy(), graceMs).unref();
    }
    answer(400, { message: withoutFolders(message, workspace.root), location });
  }
}

/** The bytes of a request. Throws `too-large`; the request stays open to be answered. */
async function* upTo(request: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > limit) throw tooLarge('The package has more', limit);
    yield chunk;
  }
}

function tooLarge(what: string, limit: number): GraphError {
  return new GraphError(
    'too-large',
    `${what}, and this server takes ${String(limit)} bytes at most. Unpack it with "graft unpack" in the workspace, or serve with a larger --max-package.`,
  );
}
