import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { artifactRefSchema, GraphError } from '@graft/graph';
import { exportFormats, exportMediaTypes, type Workspace } from '@graft/workspace';
import { z } from 'zod';
import { safeHeaders } from './static-files.ts';
import { withoutFolders } from './router/shown-paths.ts';

/** The query parameters of a request's address. */
export const queryOf = ({ url = '/' }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(new URL(url, 'http://graft').searchParams);

/** The address of downloads of rows. */
export const downloadPath = '/api/download';

const querySchema = z.object({
  digest: artifactRefSchema.shape.digest,
  type: z.string().max(200),
  format: z.enum(exportFormats),
  name: z.string().max(300).default('rows'),
});

/** A file name that is valid on every system and in a header. */
export function safeFileName(name: string): string {
  const plain = name
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return plain === '' ? 'rows' : plain;
}

/** The header for a download: `filename` in ASCII for old clients, `filename*` for all others (RFC 6266). */
export function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...safeHeaders, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

/** Streams all rows of an artifact as a file. */
export async function sendDownload(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = querySchema.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is not the address of a download.');
  const { digest, type, format, name } = query.data;
  try {
    if (!(await workspace.artifacts.has(digest))) {
      return refuse(response, 404, 'This result was removed. Run the graph again to compute it.');
    }
    const rows = workspace.rows.export({ digest, mediaType: type, size: 0 }, format);
    const body = Readable.from(rows, { objectMode: false });
    // Until the first byte, a failure can still be answered with a status.
    await new Promise<void>((resolve, reject) => {
      body.once('readable', resolve).once('end', resolve).once('error', reject);
    });
    response.writeHead(200, {
      ...safeHeaders,
      'Content-Type': exportMediaTypes[format],
      'Content-Disposition': disposition(`${safeFileName(name)}.${format}`),
      'Cache-Control': 'no-store',
      // Data of the workspace must never run as a page of Graft.
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    await pipeline(body, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { code, message } = GraphError.from(error);
    refuse(response, code === 'bad-input' ? 400 : 500, withoutFolders(message, workspace.root));
  }
}
