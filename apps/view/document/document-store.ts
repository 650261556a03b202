import { emptyGraph, sameJson, serializeGraph, type Graph } from '@graft/graph';
import { temporal } from 'zundo';
import { createStore } from 'zustand/vanilla';
import { historyFor, keptHistories, relocked } from './kept-histories.ts';
import { placed, prefixOf, standing, withShown, type Placed, type Trail } from './levels.ts';

/** An example as the page knows it while it or a copy of it is open. */
export interface KnownExample {
  readonly path: string;
  /** The page never changes it: it saves a copy. */
  readonly original: boolean;
  /** The node whose result matters most. */
  readonly headline?: string | undefined;
  readonly firstRun?: FirstRun | undefined;
}

/** A measured first run, without the download of models: seconds of all steps, on so many cores. */
export interface FirstRun {
  readonly seconds: number;
  readonly cores: number;
  /** It takes more: the time of some steps was not recorded. */
  readonly isLeast?: true | undefined;
}

/** The file that a document was read from or last saved to. */
export interface OpenFile {
  readonly path: string;
  /** Revision that edits are based on; null before the first save. */
  readonly base: string | null;
  /** Text and graph of that revision. */
  readonly baseText: string;
  readonly baseGraph: Graph;
  /** The example that it is, or is a copy of. */
  readonly example?: KnownExample | undefined;
}

/** A node of another file, whose graph is the file that is open. */
export interface Origin {
  readonly path: string;
  /** The nodes that lead to it, itself last. */
  readonly nodes: readonly string[];
}

interface DocumentState extends Placed {
  readonly file: OpenFile | null;
  /** Through which nodes of other files one came here, one after the other. */
  readonly from: readonly Origin[];
  /** The file as a run of before had it, which is shown in its place: it is looked at, and not edited. */
  readonly past: Graph | null;
  /**
   * Opens a file, with the history that it was left with in this session; `graph` differs from the file's own when a draft
   * is taken up again. True where it was left otherwise than it is now: it was changed meanwhile.
   */
  open(file: OpenFile, graph?: Graph, from?: readonly Origin[]): boolean;
  /** Shows where a trail leads, as far as it is there. No step of the history. */
  go(trail: Trail): void;
  /** Shows the file as a run of before had it, or again as it is. No step of the history. */
  look(past: Graph | null): void;
  /**
   * Changes what is shown; one step of the history. Nothing while that is of a run of before, which is said. Edits that carry the same `merge` word within a second
   * become one step, so that typing undoes as a whole.
   */
  edit(change: (shown: Graph) => Graph, merge?: string): void;
  /** The same for the whole file. */
  editFile(change: (graph: Graph) => Graph, merge?: string): void;
  /** Puts another graph in the place of the file's, as one step of the history; a run of before is no longer looked at. */
  replace(graph: Graph): void;
  /** Edits from here on are based on another revision; the graph stays. */
  rebase(file: OpenFile): void;
  /**
   * The file has another lock by now than the graph: it was written by a save or a run. That is nobody's edit, so the
   * whole history gets what it changed; a lock that was taken and not yet saved stays.
   */
  relock(file: OpenFile): void;
  /** Nothing is open any more, and no history is kept. */
  close(): void;
}

/** Milliseconds within which edits of one kind count as one step. */
const mergeWindow = 1_000;
let lastEdit = { merge: '', at: 0 };

/** The file that is drawn: as a run of before had it where that is looked at, else as it is. */
export const drawnFile = ({ graph, past }: Pick<DocumentState, 'graph' | 'past'>): Graph =>
  past ?? graph;

let refuse = (): void => undefined;

/** Sets what tells the person that the graph of an earlier run cannot be edited. */
export function onPastEdit(tell: () => void): void {
  refuse = tell;
}

/** Whether the graph of an earlier run is shown, which cannot be edited. Tells so. */
function isPast(): boolean {
  if (documentStore.getState().past === null) return false;
  // After the caller, which may announce and select what it believes to have added.
  queueMicrotask(refuse);
  return true;
}

/** Files whose histories are kept: those left last. */
const mostKept = 16;

export const documentStore = createStore<DocumentState>()(
  temporal(
    (set, get) => ({
      file: null,
      from: [],
      past: null,
      ...placed(emptyGraph, []),
      open(file, graph = file.baseGraph, from = []) {
        const before = get();
        const { temporal: history } = documentStore;
        const { pastStates, futureStates, pause, resume } = history.getState();
        if (before.file !== null) {
          const left = { pastStates, futureStates, graph: before.graph, trail: before.trail };
          keptHistories.delete(before.file.path);
          keptHistories.set(before.file.path, left);
          const [oldest = ''] = keptHistories.keys();
          if (keptHistories.size > mostKept) keptHistories.delete(oldest);
        }
        const { isChanged, ...now } = historyFor(file.path, graph);
        pause();
        set({ file, from, past: null, ...placed(graph, []) });
        history.setState(now);
        resume();
        lastEdit = { merge: '', at: 0 };
        return isChanged;
      },
      go(trail) {
        const { graph, past, trail: before } = get();
        const there = standing(past ?? graph, trail);
        if (prefixOf(there) !== prefixOf(before)) set(placed(graph, there, past));
      },
      look(past) {
        const { graph, trail, past: before } = get();
        if (past !== before) set({ past, ...placed(graph, trail, past) });
      },
      edit(change, merge = '') {
        if (isPast()) return;
        const { graph, trail, shown, editFile } = get();
        const next = change(shown);
        if (next !== shown) editFile(() => withShown(graph, trail, next), merge);
      },
      editFile(change, merge = '') {
        if (isPast()) return;
        const { graph, trail } = get();
        const next = change(graph);
        if (next === graph) return;
        const at = Date.now();
        const joins = merge !== '' && merge === lastEdit.merge && at - lastEdit.at < mergeWindow;
        lastEdit = { merge, at };
        const history = documentStore.temporal.getState();
        // Paused, the step before stays the one to undo to.
        if (joins) history.pause();
        set(placed(next, trail));
        if (joins) history.resume();
      },
      replace(graph) {
        get().look(null);
        get().editFile(() => graph);
      },
      rebase: (file) => set({ file }),
      relock(file) {
        const before = get();
        set({ file });
        const { lock } = file.baseGraph;
        if (before.file === null || !sameJson(before.graph.lock, before.file.baseGraph.lock))
          return;
        const { temporal: history } = documentStore;
        const written = { from: before.graph.lock, to: lock };
        history.getState().pause();
        set(placed({ ...before.graph, lock }, before.trail, before.past));
        history.setState((steps) => relocked(steps, written));
        history.getState().resume();
      },
      close() {
        const history = documentStore.temporal.getState();
        history.pause();
        set({ file: null, from: [], past: null, ...placed(emptyGraph, []) });
        history.clear();
        history.resume();
        keptHistories.clear();
      },
    }),
    {
      partialize: ({ graph, trail, shown }) => ({ graph, trail, shown }),
      equality: (past, current) => past.graph === current.graph,
      limit: 200,
    },
  ),
);

/** Shows what a step of the history changed: it was made where one was then, which may be elsewhere by now. */
function revisit(steps: readonly Partial<Placed>[]): void {
  const trail = steps.at(-1)?.trail;
  if (trail !== undefined) documentStore.getState().go(trail);
}

/** What takes back edits that are still being made, the newest last. */
const coming: (() => void)[] = [];

/** An edit is being made, and comes later: undo takes it back before any other. Returns what says that it has come, or will not. */
export function undoFirst(takeBack: () => void): () => void {
  coming.push(takeBack);
  return () => {
    const at = coming.indexOf(takeBack);
    if (at !== -1) coming.splice(at, 1);
  };
}

/** Whether there is something to undo. */
export const canUndo = (): boolean =>
  coming.length > 0 || documentStore.temporal.getState().pastStates.length > 0;

export function undo(): void {
  if (isPast()) return;
  const takeBack = coming.pop();
  if (takeBack !== undefined) return takeBack();
  lastEdit = { merge: '', at: 0 };
  const history = documentStore.temporal.getState();
  revisit(history.pastStates);
  history.undo();
}

export function redo(): void {
  if (isPast()) return;
  lastEdit = { merge: '', at: 0 };
  const history = documentStore.temporal.getState();
  revisit(history.futureStates);
  history.redo();
}

/** Where the history stands, of which file. */
export interface HistoryMark {
  readonly steps: number;
  readonly file: OpenFile | null;
}

/** Marks where the history stands: what is edited from here on is a step of its own. */
export function markHistory(): HistoryMark {
  lastEdit = { merge: '', at: 0 };
  const { pastStates } = documentStore.temporal.getState();
  return { steps: pastStates.length, file: documentStore.getState().file };
}

/** Undoes what was edited since a mark, unless the file was saved or read anew meanwhile. */
export function undoTo({ steps, file }: HistoryMark): void {
  const history = documentStore.temporal.getState();
  const since = history.pastStates.length - steps;
  if (since > 0 && !isPast() && file === documentStore.getState().file) history.undo(since);
}

/** Undoes step by step until a graph has what is wanted: nothing where it has it already. */
export function undoUntil(isSo: (graph: Graph) => boolean): void {
  const { temporal } = documentStore;
  if (isPast()) return;
  while (!isSo(documentStore.getState().graph) && temporal.getState().pastStates.length > 0) undo();
}

/** Whether the graph differs from the file's revision. Equal text is equal, however it came about. */
export function isUnsaved({ file, graph }: Pick<DocumentState, 'file' | 'graph'>): boolean {
  if (file === null || graph === file.baseGraph) return false;
  return serializeGraph(graph) !== serializeGraph(file.baseGraph);
}
