import { serializeGraph, type Graph } from '@graft/graph';
import { carriedLock } from './carried-lock.ts';
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

/** Files whose histories are kept: those left last. */
const mostKept = 16;
const kept = new Map<string, KeptHistory>();

/** Keeps the history of a file for when it is opened again. */
export function keepHistory(path: string, history: KeptHistory): void {
  kept.delete(path);
  kept.set(path, history);
  const [oldest = ''] = kept.keys();
  if (kept.size > mostKept) kept.delete(oldest);
}

/** Another file has the name now, or the file is as it was saved: what was kept is of no use. */
export function forgetHistory(path: string): void {
  kept.delete(path);
}

export function forgetHistories(): void {
  kept.clear();
}

/** Takes the history of a file along when it is renamed. */
export function moveHistory(from: string, to: string): void {
  const history = kept.get(from);
  for (const path of [from, to]) kept.delete(path);
  if (history !== undefined) kept.set(to, history);
}

/** A history with a lock that was written by a save or a run, which is nobody's edit, in all its steps. */
export function relocked(
  { pastStates, futureStates }: History,
  written: { readonly from: Graph['lock']; readonly to: Graph['lock'] },
): History {
  const one = ({ graph, trail = [] }: Partial<Placed>): Partial<Placed> =>
    graph === undefined ? {} : placed({ ...graph, lock: carriedLock(graph.lock, written) }, trail);
  return { pastStates: pastStates.map(one), futureStates: futureStates.map(one) };
}

/**
 * The history with which a file is opened: as it was left, or a new one. Where the file has become another meanwhile, that
 * is a step like any other, as it is where a file changes that is open: undone, it is as it was left.
 */
export function historyFor(path: string, graph: Graph): History & { readonly isChanged: boolean } {
  const left = kept.get(path);
  kept.delete(path);
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
