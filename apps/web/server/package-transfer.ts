import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GraphError } from '@graft/graph';
import { packageSuffix, type Workspace } from '@graft/workspace';
import { z } from 'zod';
import { disposition, refuse, safeFileName, queryOf } from './download.ts';
import { receiveBody } from './receive-files.ts';
import { pathInput } from './router/graphs.ts';
import { safeHeaders } from './static-files.ts';
import { withoutFolders } from './router/shown-paths.ts';

/** The address of packages: GET sends one, POST takes one. */
export const packagePath = '/api/package';

const flag = z.enum(['0', '1']).default('0');
const outQuery = z.object({ file: pathInput, data: flag, artifacts: flag, models: flag });
const inQuery = z.object({ name: z.string().min(1).max(300) });

/** Packs a graph file and sends the package. */
export async function sendPackage(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = outQuery.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is not the address of a package.');
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

/** Unpacks the uploaded package and answers with the report. */
export function receivePackage(
  { workspace, limit }: { readonly workspace: Workspace; readonly limit: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | void {
  const query = inQuery.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is not the address of a package.');
  const { name } = query.data;
  const taking = {
    ...{ request, response, limit, root: workspace.root, what: 'The package' },
    instead: 'Unpack it with "graft unpack" in the workspace',
  };
  return receiveBody(taking, (body) => workspace.packages.unpackStream(body, name));
}
