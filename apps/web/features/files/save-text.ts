import { parseGraph } from '@graft/graph';
import { api } from '../../api/client.ts';
import { problemsOf, refusalOf } from '../../api/problem.ts';

/** A graph file as text, and its revision. */
export interface ReadText {
  readonly text: string;
  readonly revision: string;
}

/** Why a text was not saved. `stale`: the file changed since it was read. */
export interface Unsaved {
  readonly message: string;
  /** Where the text is wrong, from 1. */
  readonly line?: number | undefined;
  readonly stale: boolean;
}

/**
 * Saves a text as a graph file. It must be a graph: the server would save any text. Without `base`, the revision that the text
 * starts from, it replaces whatever the file holds.
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
    const [problem] = problemsOf(error);
    return {
      message: refusalOf(error),
      line: problem?.location.line,
      stale: problem?.code === 'stale-save',
    };
  }
}
