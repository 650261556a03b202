import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { api } from '../client.ts';
import { isAsking } from './asked-link.ts';
import { problemCode } from '../problem.ts';
import {
  takeHeld,
  conflictStore,
  conversationStore,
  isUnsaved,
  type KnownExample,
  type OpenFile,
  documentStore,
  screenStore,
  Latest,
} from '@graft/view';
import { dropDraft } from './drafts.ts';
import {
  fileTitle,
  isSameButForLock,
  readFile,
  refreshFiles,
  report,
  reportUnopened,
  showInAddress,
  syncDraft,
  tellReloaded,
} from './graph-file.ts';

/** A file as it is on disk now, with its revision. */
type FreshFile = OpenFile & { readonly base: string };

async function readFresh(path: string): Promise<FreshFile> {
  const read = await api.graphs.read.query({ path });
  return { ...readFile(read), base: read.revision };
}

/** Reports why the file on disk was not taken over. One that is no graph is told of as when it is opened, to be mended. */
function reportUnread(path: string, error: unknown): void {
  if (problemCode(error) === 'bad-syntax') reportUnopened(path, error);
  else report(error);
}

const diskReads = new Latest();

/**
 * Reads the open file as it is on disk. Undefined, and no refusal, where that is not wanted any more: another file is open, or it was
 * asked for once more, which says it. What is saved meanwhile may be newer than what was read, so that it is read again.
 */
async function readOpenFile(path: string): Promise<FreshFile | undefined> {
  const signal = diskReads.ask();
  const isOpen = (): boolean => documentStore.getState().file?.path === path;
  try {
    while (isOpen()) {
      const base = documentStore.getState().file?.base;
      const fresh = await readFresh(path);
      await turn.catch(() => undefined);
      if (signal.aborted || !isOpen()) return undefined;
      if (documentStore.getState().file?.base === base) return fresh;
    }
    return undefined;
  } catch (error) {
    if (signal.aborted || !isOpen()) return undefined;
    throw error;
  }
}

/** Goes back to the file as it is on disk. One step of the history, so that it can be undone. */
export async function discardChanges(path: string): Promise<void> {
  if (documentStore.getState().file?.path !== path) return;
  try {
    const fresh = await readOpenFile(path);
    if (fresh === undefined) return;
    documentStore.getState().rebase(fresh);
    documentStore.getState().replace(fresh.baseGraph);
    conflictStore.getState().settle();
    syncDraft();
  } catch (error) {
    reportUnread(path, error);
  }
}

function raiseConflict(fresh: FreshFile, found: 'save' | 'disk'): void {
  const { path, base: revision, baseText: text, baseGraph: graph } = fresh;
  const { file } = documentStore.getState();
  if (file?.path !== path || file.base === revision) return;
  screenStore.getState().dismissUntil('there');
  conflictStore.getState().raise({ path, revision, text, graph, found }, found === 'save');
  if (found === 'disk') {
    screenStore.getState().notify({
      tone: 'info',
      message: 'This file was changed outside this page, and you have unsaved changes.',
      about: path,
      until: 'settled',
      action: { label: 'Compare', run: () => conflictStore.getState().showDialog() },
    });
  }
}

/**
 * Goes on from a file in which only the lock is another than before, as a run writes one: there is nothing to merge
 * and nothing to tell. False where more has changed.
 */
function tookLock(fresh: OpenFile): boolean {
  const { file } = documentStore.getState();
  if (file?.path !== fresh.path || file.base === null || file.base === fresh.base) return false;
  if (!isSameButForLock(fresh.baseGraph, file.baseGraph)) return false;
  documentStore.getState().relock(fresh);
  syncDraft();
  return true;
}

type Saved = Pick<OpenFile, 'base' | 'baseText' | 'baseGraph'>;

/** Notes that a graph stands in the file as it is drawn, but for its lock, which may be another than before. */
function noteSaved(file: OpenFile, graph: Graph, saved: Saved): void {
  documentStore.getState().rebase({ ...file, baseGraph: graph });
  const { lock } = saved.baseGraph;
  documentStore.getState().relock({ ...file, ...saved, baseGraph: { ...graph, lock } });
  syncDraft();
}

/** The same where the file has what is drawn already: of a save the answer may not have come. False where it has not. */
function tookSame(fresh: OpenFile): boolean {
  const { file, graph } = documentStore.getState();
  if (file?.path !== fresh.path) return false;
  if (!isSameButForLock(fresh.baseGraph, graph)) return false;
  noteSaved(file, graph, fresh);
  return true;
}

/** Goes on from a file that was gone and is back as it was: by who undoes that it was deleted. False where it is another. */
function tookBack(fresh: OpenFile): boolean {
  const { file, rebase } = documentStore.getState();
  if (file?.path !== fresh.path || file.base !== null || file.baseText !== fresh.baseText)
    return false;
  rebase(fresh);
  screenStore.getState().dismissUntil('there');
  syncDraft();
  return true;
}

/** The save or move under way, or the last one. */
let turn: Promise<unknown> = Promise.resolve();

/** Saves and moves one after the other: another would be refused as based on what was there before. */
function inTurn<Done>(act: () => Promise<Done>): Promise<Done> {
  const done = turn.then(act, act);
  turn = done;
  return done;
}

/** The files that are to be saved, as they are called by now. */
const toSave = new Set<{ path: string | undefined }>();

/**
 * Saves the open graph and gives the path of its file: a changed example becomes a file of its own. Undefined when it could
 * not be saved; why is on the screen. Another file that is opened meanwhile is not what was to be saved: undefined.
 */
export function saveFile(): Promise<string | undefined> {
  const asked = { path: documentStore.getState().file?.path };
  // Nothing can be changed by an ask link.
  if (isAsking()) return Promise.resolve(asked.path);
  toSave.add(asked);
  return inTurn(async () => {
    toSave.delete(asked);
    return documentStore.getState().file?.path === asked.path ? saveNow() : undefined;
  });
}

/** Takes what is to be saved along when its file is renamed. */
export function moveSaves(from: string, to: string): void {
  for (const asked of toSave) if (asked.path === from) asked.path = to;
}

/**
 * Saves a changed example as a file of its own, and goes on in that: the history, and the run on the screen, stay. The example stays
 * as it came.
 */
async function saveCopy(file: OpenFile, original: KnownExample): Promise<string | undefined> {
  const { graph } = documentStore.getState();
  try {
    const text = serializeGraph(graph);
    const saved = await api.graphs.saveExampleCopy.mutate({ path: original.path, text });
    await refreshFiles();
    if (documentStore.getState().file?.path !== file.path) return undefined;
    dropDraft(file.path);
    moveSaves(file.path, saved.path);
    const { path, revision: base, text: baseText } = saved;
    const baseGraph = baseText === text ? graph : parseGraph(baseText, path);
    // What a first run takes was measured of the example as it came.
    const example = { ...original, original: false, firstRun: undefined };
    conversationStore.getState().move(file.path, path);
    noteSaved({ ...file, path, example }, graph, { base, baseText, baseGraph });
    showInAddress(path);
    screenStore.getState().notify({
      tone: 'info',
      message: `Saved as ${fileTitle(path)}. The example stays as it came.`,
      about: path,
    });
    return path;
  } catch (error) {
    report(error);
    return undefined;
  }
}

async function saveNow(): Promise<string | undefined> {
  const { file, graph } = documentStore.getState();
  if (file === null) return undefined;
  if (file.base !== null && !isUnsaved({ file, graph })) return file.path;
  if (file.example?.original === true) return saveCopy(file, file.example);
  const text = serializeGraph(graph);
  try {
    const saved = await api.graphs.save.mutate({ path: file.path, text, base: file.base });
    if (documentStore.getState().file?.path === file.path) {
      const baseGraph = saved.text === text ? graph : parseGraph(saved.text, file.path);
      noteSaved(file, graph, { base: saved.revision, baseText: saved.text, baseGraph });
    }
    if (file.base === null) await refreshFiles();
    return file.path;
  } catch (error) {
    const code = problemCode(error);
    // One that was gone and is written anew may have come again meanwhile.
    const isThere = code === 'stale-save' || (code === 'name-taken' && file.base === null);
    if (!isThere) report(error);
    else {
      try {
        const fresh = await readFresh(file.path);
        if (tookSame(fresh)) return file.path;
        if (tookLock(fresh) || tookBack(fresh)) return await saveNow();
        raiseConflict(fresh, 'save');
      } catch (unread) {
        reportUnread(file.path, unread);
      }
    }
    return undefined;
  }
}

/** How often each file is being renamed or deleted by this tab: the watcher's word on it is no news. */
const ownMoves = new Map<string, number>();
/** Milliseconds after which the watcher has told of a change. */
const watcherDelay = 2_000;

export async function withOwnMove(path: string, move: () => Promise<void>): Promise<void> {
  const count = (by: 1 | -1): void => {
    const moves = (ownMoves.get(path) ?? 0) + by;
    if (moves === 0) ownMoves.delete(path);
    else ownMoves.set(path, moves);
  };
  count(1);
  try {
    await inTurn(move);
  } finally {
    // Another move of the same file may have begun by then.
    setTimeout(() => count(-1), watcherDelay);
  }
}

/** A graph file changed on disk, or any may have: takes the change over where nothing is lost by it. */
export async function fileChangedOutside(path: string | undefined): Promise<void> {
  await refreshFiles();
  const { file } = documentStore.getState();
  if (file === null || (path !== undefined && path !== file.path)) return;
  if (ownMoves.has(file.path)) return;
  try {
    const fresh = await readOpenFile(file.path);
    if (fresh === undefined || documentStore.getState().file?.base === fresh.base) return;
    // What was just typed is work that is not saved.
    takeHeld();
    if (tookLock(fresh) || tookSame(fresh) || tookBack(fresh)) return;
    if (isUnsaved(documentStore.getState())) return raiseConflict(fresh, 'disk');
    documentStore.getState().rebase(fresh);
    documentStore.getState().replace(fresh.baseGraph);
    tellReloaded(file.path);
  } catch (error) {
    if (ownMoves.has(file.path)) return;
    if (problemCode(error) !== 'missing-file') return reportUnread(file.path, error);
    const { file: open } = documentStore.getState();
    if (open?.path !== file.path) return;
    // What it had become is gone with it.
    conflictStore.getState().settle();
    screenStore.getState().notify({
      tone: 'info',
      message: 'This file was deleted or moved outside this page. Save to write it again.',
      about: file.path,
      until: 'there',
    });
    documentStore.getState().rebase({ ...open, base: null });
  }
}
