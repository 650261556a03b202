import { parseGraph } from '@graft/graph';
import { api } from '../../api/client.ts';
import { problemCode, refusalOf } from '../../api/problem.ts';

/** A graph file as text, and its revision. */
export interface ReadText {
  readonly text: string;
  readonly revision: string;
}

/** Why a text was not saved. `stale`: another one was saved meanwhile. */
export interface Unsaved {
  readonly message: string;
  readonly stale: boolean;
}

/**
 * Saves a text as a graph file, which it has to be: the server saves any text, as editors do. Without the revision that it
 * is based on it takes the place of whatever is there.
 */
export async function saveText(
  path: string,
  text: string,
  base?: string,
): Promise<Unsaved | undefined> {
  try {
    parseGraph(text, path);
    const from = base ?? (await api.graphs.read.query({ path })).revision;
    await api.graphs.save.mutate({ path, text, base: from });
    return undefined;
  } catch (error) {
    return { message: refusalOf(error), stale: problemCode(error) === 'stale-save' };
  }
}
