import {
  lockKinds,
  sameJson,
  serializeGraph,
  type Graph,
  type Lock,
  type LockEntry,
} from '@graft/graph';
import { placed, type Placed, type Trail } from './levels.ts';

/** Steps of a history: the states before each edit, or those that were undone. */
type Steps = Partial<Placed>[];

interface History {
  readonly pastStates: Steps;
  readonly futureStates: Steps;
}

/** The history of a closed file, and the graph with which it was closed. */
interface KeptHistory extends History {
  readonly graph: Graph;
  readonly trail: Trail;
}

/**
 * Histories of closed files by path, the last closed at the end. Renaming a file, or closing it unchanged, removes its
 * history.
 */
export const keptHistories = new Map<string, KeptHistory>();

/**
 * The lock of another step of the history after a save or a run changed the lock from `from` to `to`: the same change
 * is applied here. What the person took, kept or restored stays theirs to undo.
 */
function carriedLock(lock: Lock, { from, to }: { from: Lock; to: Lock }): Lock {
  const carried = lockKinds.map((kind) => {
    const entries = new Map<string, LockEntry>(Object.entries(lock[kind]));
    for (const name of Object.keys({ ...from[kind], ...to[kind] })) {
      const [before, after] = [from[kind][name], to[kind][name]];
      if (sameJson(before, after)) continue;
      if (after === undefined) entries.delete(name);
      else entries.set(name, after);
    }
    return [kind, Object.fromEntries(entries)] as const;
  });
  return { ...lock, ...Object.fromEntries(carried) };
}

/** A history whose steps all have the lock that a save or a run wrote: nobody edited it. */
export function relocked(
  { pastStates, futureStates }: History,
  written: { readonly from: Graph['lock']; readonly to: Graph['lock'] },
): History {
  const relockedState = ({ graph, trail = [] }: Partial<Placed>): Partial<Placed> =>
    graph === undefined ? {} : placed({ ...graph, lock: carriedLock(graph.lock, written) }, trail);
  return {
    pastStates: pastStates.map(relockedState),
    futureStates: futureStates.map(relockedState),
  };
}

/**
 * The history for a file that is opened: the kept one, or a new one. If the file has changed since, the change is one
 * step: undo returns to the graph as it was left.
 */
export function historyFor(path: string, graph: Graph): History & { readonly isChanged: boolean } {
  const left = keptHistories.get(path);
  keptHistories.delete(path);
  if (left === undefined) return { pastStates: [], futureStates: [], isChanged: false };
  const written = { from: left.graph.lock, to: graph.lock };
  const { pastStates, futureStates } = relocked(left, written);
  const before = { ...left.graph, lock: graph.lock };
  if (serializeGraph(before) === serializeGraph(graph)) {
    return { pastStates, futureStates, isChanged: false };
  }
  const step = placed(before, left.trail);
  return { pastStates: [...pastStates, step], futureStates: [], isChanged: true };
}
