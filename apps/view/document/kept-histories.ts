import {
  lockKinds,
  sameJson,
  serializeGraph,
  type Graph,
  type Lock,
  type LockEntry,
} from '@graft/graph';
import { placed, type Placed, type Trail } from './levels.ts';

/** Steps of a history: what a state before an edit, or one that was undone, had. */
type Steps = Partial<Placed>[];

interface History {
  readonly pastStates: Steps;
  readonly futureStates: Steps;
}

/** The history of a file that is no longer open, and how the file was left. */
interface KeptHistory extends History {
  readonly graph: Graph;
  readonly trail: Trail;
}

/**
 * Histories of files that are no longer open, by path, those left last at the end. Whoever gives a path to another file, or
 * leaves a file as it was saved, takes its history out.
 */
export const keptHistories = new Map<string, KeptHistory>();

/**
 * The lock of another step of the history, once a save or a run has made `to` of `from`: what that changed it changes here
 * as well, and what a person took, kept or gave back stays theirs to undo.
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

/** A history with a lock that was written by a save or a run, which is nobody's edit, in all its steps. */
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
 * The history with which a file is opened: as it was left, or a new one. Where the file has become another meanwhile, that
 * is a step like any other, as it is where a file changes that is open: undone, it is as it was left.
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
