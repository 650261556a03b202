import {
  diffGraphs,
  formatDiff,
  mergeGraphs,
  type Graph,
  type MergeResult,
  type NodeSide,
} from '@graft/graph';
import {
  nodeTypes,
  conflictStore,
  type Conflict,
  keptHistories,
  type OpenFile,
  documentStore,
  screenStore,
} from '@graft/view';
import { dropDraft } from './drafts.ts';
import { fileTitle, report, syncDraft } from './graph-file.ts';
import { saveFile } from './save-file.ts';
import { createFile } from './workspace-files.ts';

/** What a stale save comes to: both sides' changes since the common revision, and their merge. */
export interface Comparison {
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly merge: MergeResult;
}

/** `choices`: of nodes that both changed whose is taken, by `changedKey`. */
export function compare(
  { base, ours, theirs }: { readonly base: Graph; readonly ours: Graph; readonly theirs: Graph },
  choices: ReadonlyMap<string, NodeSide>,
): Comparison {
  return {
    theirs: formatDiff(diffGraphs(base, theirs)),
    ours: formatDiff(diffGraphs(base, ours)),
    merge: mergeGraphs({ base, ours, theirs }, nodeTypes(), choices),
  };
}

function onDisk(conflict: Conflict): OpenFile {
  const { path, revision, text, graph } = conflict;
  const { file } = documentStore.getState();
  return { path, base: revision, baseText: text, baseGraph: graph, example: file?.example };
}

/** Takes both sides' changes, based on the file as it now is, and saves. */
export async function saveMerged(conflict: Conflict, merged: Graph): Promise<void> {
  documentStore.getState().rebase(onDisk(conflict));
  documentStore.getState().replace(merged);
  conflictStore.getState().settle();
  syncDraft();
  await saveFile();
}

/** Leaves the file as it now is, and goes on with the open graph under a name of its own. */
export async function keepAsCopy(conflict: Conflict): Promise<void> {
  const { graph } = documentStore.getState();
  const stem = `${fileTitle(conflict.path)}-copy`;
  const refused = await createFile(stem, graph);
  if (refused !== undefined) {
    screenStore.getState().notify({ tone: 'error', message: refused });
    return;
  }
  dropDraft(conflict.path);
  keptHistories.delete(conflict.path);
  conflictStore.getState().settle();
}

/** Gives up the open graph's changes for the file's. One step of the history. */
export function takeTheirs(conflict: Conflict): void {
  try {
    documentStore.getState().rebase(onDisk(conflict));
    documentStore.getState().replace(conflict.graph);
    conflictStore.getState().settle();
    syncDraft();
  } catch (error) {
    report(error);
  }
}
