import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { withPlaces } from '../canvas/places.ts';
import { api } from '../api/client.ts';
import { problemCode } from '../api/problem.ts';
import { takeHeld } from '../inspector/fields/held-text.ts';
import { useConflict } from './conflict-store.ts';
import { isUnsaved, useDocument, type OpenFile } from './document-store.ts';
import {
  isSameButForLock,
  readFile,
  refreshFiles,
  report,
  syncDraft,
  tellReloaded,
} from './file-actions.ts';
import { loadNodeTypes } from './registry.ts';
import { useScreen } from './screen-store.ts';

async function raiseConflict(path: string, found: 'save' | 'disk'): Promise<void> {
  const { revision, text } = await api.graphs.read.query({ path });
  const graph = await withPlaces(parseGraph(text, path));
  const { file } = useDocument.getState();
  if (file?.path !== path || file.base === revision) return;
  useScreen.getState().dismissUntil('there');
  useConflict.getState().raise({ path, revision, text, graph, found }, found === 'save');
  if (found === 'disk') {
    useScreen.getState().notify({
      tone: 'info',
      message: 'This file was changed outside, and you have unsaved changes.',
      about: path,
      until: 'settled',
      action: { label: 'Compare', run: () => useConflict.getState().showDialog() },
    });
  }
}

/**
 * Goes on from a file in which only the lock is another than before, as a run writes one: there is nothing to merge
 * and nothing to tell. False where more has changed.
 */
function tookLock(fresh: OpenFile): boolean {
  const { file } = useDocument.getState();
  if (file?.path !== fresh.path || file.base === null || file.base === fresh.base) return false;
  if (!isSameButForLock(fresh.baseGraph, file.baseGraph)) return false;
  useDocument.getState().relock(fresh);
  syncDraft();
  return true;
}

/** Notes that a graph stands in the file as it is drawn, but for its lock, which may be another than before. */
function noteSaved(file: OpenFile, graph: Graph, saved: Omit<OpenFile, 'path'>): void {
  useDocument.getState().rebase({ ...file, baseGraph: graph });
  const { lock } = saved.baseGraph;
  useDocument.getState().relock({ ...saved, path: file.path, baseGraph: { ...graph, lock } });
  syncDraft();
}

/** The same where the file has what is drawn already: of a save the answer may not have come. False where it has not. */
function tookSame(fresh: OpenFile): boolean {
  const { file, graph } = useDocument.getState();
  if (file?.path !== fresh.path) return false;
  if (!isSameButForLock(fresh.baseGraph, graph)) return false;
  noteSaved(file, graph, fresh);
  return true;
}

/** Goes on from a file that was gone and is back as it was: by who undoes that it was deleted. False where it is another. */
function tookBack(fresh: OpenFile): boolean {
  const { file, rebase } = useDocument.getState();
  if (file?.path !== fresh.path || file.base !== null || file.baseText !== fresh.baseText)
    return false;
  rebase(fresh);
  useScreen.getState().dismissUntil('there');
  syncDraft();
  return true;
}

/** The save under way, or the last one. */
let saving: Promise<boolean> = Promise.resolve(true);

/**
 * Saves the graph at `path`, which is open. False when it could not be; why is on the screen. One after the other: a run that saves
 * while a save is under way would else be refused as based on what was there before. Another file that is opened meanwhile is not
 * what was to be saved: false.
 */
export function saveFile(path: string | undefined): Promise<boolean> {
  const save = async (): Promise<boolean> =>
    useDocument.getState().file?.path === path && saveNow();
  saving = saving.then(save, save);
  return saving;
}

async function saveNow(): Promise<boolean> {
  const { file, graph } = useDocument.getState();
  if (file === null) return false;
  if (file.base !== null && !isUnsaved({ file, graph })) return true;
  const text = serializeGraph(graph);
  try {
    const saved = await api.graphs.save.mutate({ path: file.path, text, base: file.base });
    if (useDocument.getState().file?.path === file.path) {
      const baseGraph = saved.text === text ? graph : parseGraph(saved.text, file.path);
      noteSaved(file, graph, { base: saved.revision, baseText: saved.text, baseGraph });
    }
    if (file.base === null) await refreshFiles();
    return true;
  } catch (error) {
    const code = problemCode(error);
    // One that was gone and is written anew may have come again meanwhile.
    const isThere = code === 'stale-save' || (code === 'name-taken' && file.base === null);
    if (!isThere) report(error);
    else {
      const read = api.graphs.read.query({ path: file.path });
      const fresh = await read.then(readFile).catch(() => undefined);
      if (fresh !== undefined && tookSame(fresh)) return true;
      if (fresh !== undefined && (tookLock(fresh) || tookBack(fresh))) return saveNow();
      await raiseConflict(file.path, 'save').catch(report);
    }
    return false;
  }
}

/** Files that this tab is renaming or deleting: the watcher's word on them is no news. */
const ownMoves = new Set<string>();
/** Milliseconds after which the watcher has told of a change. */
const watcherDelay = 2_000;

export async function withOwnMove(path: string, move: () => Promise<void>): Promise<void> {
  ownMoves.add(path);
  try {
    await move();
  } finally {
    setTimeout(() => ownMoves.delete(path), watcherDelay);
  }
}

/** A graph file changed on disk, or any may have: takes the change over where nothing is lost by it. */
export async function fileChangedOutside(path: string | undefined): Promise<void> {
  await refreshFiles();
  const { file } = useDocument.getState();
  if (file === null || (path !== undefined && path !== file.path)) return;
  if (ownMoves.has(file.path)) return;
  try {
    // What the server told of the nodes is of the file as it was.
    await loadNodeTypes();
    const fresh = await readFile(await api.graphs.read.query({ path: file.path }));
    const { file: open } = useDocument.getState();
    if (open?.path !== file.path || open.base === fresh.base) return;
    // What was just typed is work that is not saved.
    takeHeld();
    if (tookLock(fresh) || tookSame(fresh) || tookBack(fresh)) return;
    if (isUnsaved(useDocument.getState())) return await raiseConflict(file.path, 'disk');
    useDocument.getState().rebase(fresh);
    useDocument.getState().replace(fresh.baseGraph);
    tellReloaded(file.path);
  } catch (error) {
    if (problemCode(error) !== 'missing-file') return report(error);
    // What it had become is gone with it.
    useConflict.getState().settle();
    useScreen.getState().notify({
      tone: 'info',
      message: 'This file was deleted or moved outside. Save to write it again.',
      about: file.path,
      until: 'there',
    });
    useDocument.getState().rebase({ ...file, base: null });
  }
}
