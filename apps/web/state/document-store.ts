import { emptyGraph, sameJson, serializeGraph, type Graph } from '@graft/graph';
import { temporal } from 'zundo';
import { create } from 'zustand';

/** The file that a document was read from or last saved to. */
export interface OpenFile {
  readonly path: string;
  /** Revision that edits are based on; null before the first save. */
  readonly base: string | null;
  /** Text and graph of that revision. */
  readonly baseText: string;
  readonly baseGraph: Graph;
}

interface DocumentState {
  readonly file: OpenFile | null;
  readonly graph: Graph;
  /** Opens a file; `graph` differs from the file's own when a draft is taken up again. */
  open(file: OpenFile, graph?: Graph): void;
  /**
   * Changes the graph; one step of the history. Edits that carry the same `merge` word within a second
   * become one step, so that typing undoes as a whole.
   */
  edit(change: (graph: Graph) => Graph, merge?: string): void;
  /** Edits from here on are based on another revision; the graph stays. */
  rebase(file: OpenFile): void;
  /**
   * The file has another lock by now than the graph: it was written by a save or a run. That is nobody's edit, so the
   * whole history gets it; a lock that was taken and not yet saved stays.
   */
  relock(file: OpenFile): void;
  close(): void;
}

/** Milliseconds within which edits of one kind count as one step. */
const mergeWindow = 1_000;
let lastEdit = { merge: '', at: 0 };

export const useDocument = create<DocumentState>()(
  temporal(
    (set, get) => ({
      file: null,
      graph: emptyGraph,
      open(file, graph = file.baseGraph) {
        const history = useDocument.temporal.getState();
        history.pause();
        set({ file, graph });
        history.clear();
        history.resume();
        lastEdit = { merge: '', at: 0 };
      },
      edit(change, merge = '') {
        const { graph } = get();
        const next = change(graph);
        if (next === graph) return;
        const at = Date.now();
        const joins = merge !== '' && merge === lastEdit.merge && at - lastEdit.at < mergeWindow;
        lastEdit = { merge, at };
        const history = useDocument.temporal.getState();
        // Paused, the step before stays the one to undo to.
        if (joins) history.pause();
        set({ graph: next });
        if (joins) history.resume();
      },
      rebase: (file) => set({ file }),
      relock(file) {
        const before = get();
        set({ file });
        const { lock } = file.baseGraph;
        if (before.file === null || !sameJson(before.graph.lock, before.file.baseGraph.lock))
          return;
        const { temporal: history } = useDocument;
        const relocked = ({ graph }: { graph?: Graph }) =>
          graph === undefined ? {} : { graph: { ...graph, lock } };
        history.getState().pause();
        set({ graph: { ...before.graph, lock } });
        history.setState(({ pastStates, futureStates }) => ({
          pastStates: pastStates.map(relocked),
          futureStates: futureStates.map(relocked),
        }));
        history.getState().resume();
      },
      close() {
        const history = useDocument.temporal.getState();
        history.pause();
        set({ file: null, graph: emptyGraph });
        history.clear();
        history.resume();
      },
    }),
    {
      partialize: ({ graph }) => ({ graph }),
      equality: (past, current) => past.graph === current.graph,
      limit: 200,
    },
  ),
);

export function undo(): void {
  lastEdit = { merge: '', at: 0 };
  useDocument.temporal.getState().undo();
}

export function redo(): void {
  lastEdit = { merge: '', at: 0 };
  useDocument.temporal.getState().redo();
}

/** Whether the graph differs from the file's revision. Equal text is equal, however it came about. */
export function isUnsaved({ file, graph }: Pick<DocumentState, 'file' | 'graph'>): boolean {
  if (file === null || graph === file.baseGraph) return false;
  return serializeGraph(graph) !== serializeGraph(file.baseGraph);
}
