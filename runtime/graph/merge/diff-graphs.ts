import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { lockKinds, type LockKind } from '../format/lock.ts';
import { diffExperiments, type ExperimentChange } from './diff-experiments.ts';
import { diffBodies, type BodyDiff, changedKeys, type ValueChange } from './diff-bodies.ts';

/** What differs between two graphs. */
export interface GraphDiff extends BodyDiff {
  /** Subgraphs of the file. */
  readonly graphs: {
    readonly added: readonly { readonly id: string; readonly body: GraphBody }[];
    readonly removed: readonly { readonly id: string; readonly body: GraphBody }[];
    readonly changed: readonly { readonly id: string; readonly diff: BodyDiff }[];
  };
  readonly experiments: readonly ExperimentChange[];
  readonly lock: readonly ({
    readonly kind: LockKind;
    readonly name: string;
  } & ValueChange)[];
}

/** The differences from `a` to `b`. */
export function diffGraphs(a: Graph, b: Graph): GraphDiff {
  const bodies = changedKeys(a.graphs ?? {}, b.graphs ?? {});
  return {
    ...diffBodies(a, b),
    graphs: {
      added: bodies.flatMap(({ key: id, before, after: body }) =>
        before === undefined && body !== undefined ? { id, body } : [],
      ),
      removed: bodies.flatMap(({ key: id, before: body, after }) =>
        after === undefined && body !== undefined ? { id, body } : [],
      ),
      changed: bodies.flatMap(({ key: id, before, after }) =>
        before === undefined || after === undefined ? [] : { id, diff: diffBodies(before, after) },
      ),
    },
    experiments: diffExperiments(a.experiments ?? {}, b.experiments ?? {}),
    lock: lockKinds.flatMap((kind) =>
      changedKeys(a.lock[kind], b.lock[kind]).map(({ key, ...values }) => ({
        kind,
        name: key,
        ...values,
      })),
    ),
  };
}
