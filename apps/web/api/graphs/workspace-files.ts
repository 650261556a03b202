import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { api, queries, queryClient } from '../client.ts';
import { problemCode, refusalOf } from '../problem.ts';
import {
  conversationStore,
  isUnsaved,
  keptHistories,
  documentStore,
  screenStore,
  whileOpen,
} from '@graft/view';
import { forgetDrafts, moveDrafts } from './drafts.ts';
import { closeFile, openFile, openWhenWritten } from './open-file.ts';
import {
  fileTitle,
  graphPath,
  refreshFiles,
  readGraph,
  report,
  showInAddress,
  syncDraft,
} from './graph-file.ts';
import { replaceGraph } from './replace-graph.ts';
import { moveSaves, withOwnMove } from './save-file.ts';
import { moveAsked } from './kept-questions.ts';

/** Why something was refused, to show where it was requested; undefined if it was done. */
export type Refusal = string | undefined;

/** Forgets unsaved work under these paths, and its history: it belongs to files that no longer exist. */
export async function forgetDrawn(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    keptHistories.delete(path);
    await forgetDrafts(path);
  }
}

/** Saves a graph as a new file and opens it; adds the ending to the name if it lacks one. */
export async function createFile(name: string, graph: Graph = emptyGraph): Promise<Refusal> {
  const path = graphPath(name);
  const open = openWhenWritten();
  try {
    await api.graphs.save.mutate({ path, text: serializeGraph(graph), base: null });
    await forgetDrawn(path);
    await refreshFiles();
    await open(path);
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** Continues the open graph under another name; the old file stays as saved. */
export async function saveFileAs(name: string): Promise<Refusal> {
  const { file, graph } = documentStore.getState();
  if (file === null) return undefined;
  const refused = await createFile(name, graph);
  if (refused === undefined) await forgetDrawn(file.path);
  return refused;
}

/** Puts the graph of the example in the place of the changed copy that is open: one step of the history. */
export async function resetExample(): Promise<void> {
  const isOpen = whileOpen();
  const { file } = documentStore.getState();
  if (file?.example === undefined) return;
  try {
    const { path } = file.example;
    const text = await api.graphs.exampleText.query({ path });
    if (!isOpen()) return;
    const graph = readGraph(text, path);
    replaceGraph(graph, 'Reset to the example as it came. Save to keep it so.');
  } catch (error) {
    report(error);
  }
}

/** The revision to rename or delete: the one that the page last saw. */
async function revisionOf(path: string): Promise<string> {
  const { file } = documentStore.getState();
  if (file?.path === path && file.base !== null) return file.base;
  const listed = await queryClient.fetchQuery(queries.graphs.list.queryOptions());
  return listed.find((file) => file.path === path)?.revision ?? '';
}

/** Moves the history of a renamed file. */
function moveHistory(from: string, to: string): void {
  const history = keptHistories.get(from);
  for (const path of [from, to]) keptHistories.delete(path);
  if (history !== undefined) keptHistories.set(to, history);
}

/** Renames a file. Its unsaved changes, its history and the run on the screen stay. */
export async function renameFile(path: string, name: string): Promise<Refusal> {
  const to = graphPath(name);
  if (to === path) return undefined;
  const { file } = documentStore.getState();
  try {
    await withOwnMove(path, async () => {
      const base = await revisionOf(path);
      await api.graphs.rename.mutate({ from: path, to, base });
      await moveDrafts(path, to);
      moveHistory(path, to);
      moveAsked(path, to);
      conversationStore.getState().move(path, to);
      moveSaves(path, to);
      const current = documentStore.getState().file;
      if (current?.path !== path) return;
      documentStore.getState().rebase({ ...current, path: to });
      showInAddress(to);
      syncDraft();
    });
    await refreshFiles();
    return undefined;
  } catch (error) {
    if (file?.path === path) void refreshFiles();
    return refusalOf(error);
  }
}

/** `name-copy`, with a number if that exists. */
async function freeCopyName(path: string): Promise<string> {
  const listed = await queryClient.fetchQuery(queries.graphs.list.queryOptions());
  const taken = new Set(listed.map((file) => file.path));
  const stem = `${fileTitle(path).replace(/-copy(-\d+)?$/, '')}-copy`;
  let candidate = graphPath(stem);
  for (let number = 2; taken.has(candidate); number++) {
    candidate = graphPath(`${stem}-${String(number)}`);
  }
  return candidate;
}

/** Copies a file beside itself and opens the copy: with unsaved changes if there are any, else byte for byte. */
export async function duplicateFile(path: string): Promise<void> {
  const open = openWhenWritten();
  try {
    const copy = await freeCopyName(path);
    const { file, graph } = documentStore.getState();
    if (file?.path === path && isUnsaved({ file, graph })) {
      await api.graphs.save.mutate({ path: copy, text: serializeGraph(graph), base: null });
    } else await api.graphs.copy.mutate({ from: path, to: copy });
    await forgetDrawn(copy);
    await refreshFiles();
    await open(copy);
  } catch (error) {
    report(error);
  }
}

/** Opens the file after a removed one, or the one before it. */
async function openNeighbour(path: string, paths: readonly string[]): Promise<void> {
  const at = paths.indexOf(path);
  const next = paths[at + 1] ?? paths[at - 1];
  if (next !== undefined) {
    await openFile(next);
    return;
  }
  // Forward would otherwise lead to the deleted file.
  history.replaceState(null, '', location.pathname);
  closeFile();
}

/** Deletes a file; false if that fails. The notice has a button that restores it, with unsaved changes. */
export async function deleteFile(path: string): Promise<boolean> {
  const wasOpen = documentStore.getState().file?.path === path;
  try {
    const listed = await queryClient.fetchQuery(queries.graphs.list.queryOptions());
    await withOwnMove(path, async () => {
      if (wasOpen) syncDraft();
      const { trashId } = await api.graphs.delete.mutate({ path, base: await revisionOf(path) });
      // Another file may have been opened meanwhile.
      if (documentStore.getState().file?.path === path)
        await openNeighbour(
          path,
          listed.map((file) => file.path),
        );
      screenStore.getState().notify({
        tone: 'info',
        message: `Deleted ${fileTitle(path)}.`,
        action: { label: 'Undo', run: () => void restoreFile({ path, trashId, open: wasOpen }) },
      });
    });
    await refreshFiles();
    return true;
  } catch (error) {
    report(error);
    void refreshFiles();
    return false;
  }
}

interface Deleted {
  readonly path: string;
  readonly trashId: string;
  /** Whether it was open. */
  readonly open: boolean;
}

async function restoreFile(deleted: Deleted): Promise<void> {
  const { notify } = screenStore.getState();
  const open = deleted.open ? openWhenWritten() : undefined;
  try {
    const { path } = await api.graphs.restore.mutate({ trashId: deleted.trashId });
    await refreshFiles();
    await open?.(path);
    const name = fileTitle(deleted.path);
    if (path !== deleted.path)
      notify({
        tone: 'info',
        message: `A new file named ${name} exists. The deleted file was restored as ${fileTitle(path)}.`,
      });
  } catch (error) {
    // The deleted file is kept: the person can fix the cause and retry.
    const action =
      problemCode(error) === 'missing-file'
        ? {}
        : { action: { label: 'Undo', run: () => void restoreFile(deleted) } };
    notify({ tone: 'error', message: refusalOf(error), ...action });
  }
}
