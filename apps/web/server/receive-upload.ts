import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Workspace } from '@graft/workspace';
import { z } from 'zod';
import { refuse } from './download.ts';
import { queryOf } from './query-of.ts';
import { receiveBody } from './receive-body.ts';

/** Where the page sends files to (POST). */
export const uploadPath = '/api/upload';

const query = z.discriminatedUnion('to', [
  z.object({ to: z.literal('workspace'), renamed: z.enum(['0', '1']).default('0') }),
  z.object({ to: z.literal('models'), id: z.string().min(1).max(200).optional() }),
]);

/** Takes files into the workspace, and answers with their paths and which of them are new; or a model into the catalogue, and answers with its facts. */
export function receiveUpload(
  { workspace, limit }: { readonly workspace: Workspace; readonly limit: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | void {
  const asked = query.safeParse(queryOf(request));
  if (!asked.success) return refuse(response, 400, 'This is not the address of an upload.');
  const { root, files, models } = workspace;
  const taking = { ...{ request, response, limit, root }, what: 'The upload' };
  const { data } = asked;
  if (data.to === 'models') {
    const instead = 'Import it with "graft models import"';
    return receiveBody({ ...taking, instead }, (body, signal) =>
      models.receive(body, { id: data.id, signal }),
    );
  }
  const instead = 'Copy the file into the workspace yourself';
  return receiveBody({ ...taking, instead }, (body, signal) =>
    files.receive(body, { renamed: data.renamed === '1', signal }),
  );
}
