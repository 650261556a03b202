import { createHash } from 'node:crypto';
import type { Workspace } from '@graft/workspace';

/** Puts a text into a workspace's artifacts; its digest. */
export async function putText({ artifacts }: Workspace, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  await artifacts.put([bytes]);
  return createHash('sha256').update(bytes).digest('hex');
}

/** A node as a graph file has it. */
export const node = (type: string, params: object = {}, title?: string): object => ({
  ...{ type, version: 1, params },
  ...(title === undefined ? {} : { title }),
});
