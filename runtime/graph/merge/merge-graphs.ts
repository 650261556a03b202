import { own, sortedKeys } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import type { Lock, LockKind } from '../format/lock.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import type { Registry } from '../types/node-type.ts';
import {
  changedByBoth,
  changedKey,
  withChoices,
  type ChangedNode,
  type NodeChoices,
} from './choose-nodes.ts';
import { mergeBodies } from './merge-bodies.ts';
import { type MergeConflict, mergeRecords, mergeValues } from './three-way-merge.ts';
import { mergeExperiments } from './merge-experiments.ts';

export interface MergeResult {
  readonly graph: Graph;
  /** Nodes that both sides changed differently, whatever the choice for them. */
  readonly changed: readonly ChangedNode[];
  readonly conflicts: readonly MergeConflict[];
}

/** The three sides of a merge. */
export interface Sides {
  readonly base: Graph;
  readonly ours: Graph;
  readonly theirs: Graph;
}

/**
 * Three-way merge by node, parameter, edge and position, in the graph and each of its subgraphs. A change of one side
 * is taken; if both changed the same thing differently, ours wins and the conflict is reported. All sides are first
 * migrated to the registry's versions, because parameters and ports of two versions do not mix. If a side is chosen for
 * a node, that side is taken whole, without a conflict. Throws GraphError `bad-param` only for graphs that cannot be
 * saved.
 */
export function mergeGraphs(
  written: Sides,
  registry: Registry,
  choices: NodeChoices = new Map(),
): MergeResult {
  const [baseText, ourText, theirText] = textsOf(written);
  if (ourText === theirText || baseText === theirText)
    return { graph: written.ours, conflicts: [], changed: [] };
  if (baseText === ourText) return { graph: written.theirs, conflicts: [], changed: [] };

  const sides = migrated(written, registry);
  const { base, ours, theirs } = withChoices(sides, choices);
  const conflicts: MergeConflict[] = [];
  const body = mergeBodies({ base, ours, theirs }, conflicts);
  const graphs = mergeSubgraphs({ base, ours, theirs }, conflicts);
  const experiments = mergeExperiments({
    base: base.experiments,
    ours: ours.experiments,
    theirs: theirs.experiments,
  });
  for (const field of experiments.conflicts) {
    const message = 'Both sides changed this. We keep ours.';
    conflicts.push({ kind: 'field', location: { field }, message });
  }
  const graph: Graph = {
    ...body,
    ...(Object.keys(graphs).length === 0 ? {} : { graphs }),
    ...(Object.keys(experiments.merged).length === 0 ? {} : { experiments: experiments.merged }),
    lock: mergeLocks({ base, ours, theirs }, conflicts),
  };
  const isChosen = ({ kind, location: { graph: within, node } }: MergeConflict): boolean =>
    kind === 'node' &&
    node !== undefined &&
    choices.has(changedKey({ ...(within === undefined ? {} : { graph: within }), node }));
  return {
    graph,
    conflicts: conflicts.filter((conflict) => !isChosen(conflict)),
    changed: changedByBoth(sides),
  };
}

const textsOf = ({ base, ours, theirs }: Sides) => [base, ours, theirs].map(serializeGraph);

/**
 * A node whose parameters cannot be migrated keeps its version; if the other side has another version, that is a
 * conflict.
 */
function migrated({ base, ours, theirs }: Sides, registry: Registry): Sides {
  return {
    base: migrateAll(base, registry).graph,
    ours: migrateAll(ours, registry).graph,
    theirs: migrateAll(theirs, registry).graph,
  };
}

const emptyBody: GraphBody = { nodes: {}, edges: [], layout: {} };

function mergeSubgraphs(
  { base, ours, theirs }: Sides,
  conflicts: MergeConflict[],
): Record<string, GraphBody> {
  const graphs: Record<string, GraphBody> = {};
  for (const id of sortedKeys({ ...ours.graphs, ...theirs.graphs })) {
    const was = own(base.graphs ?? {}, id);
    const mine = own(ours.graphs ?? {}, id);
    const yours = own(theirs.graphs ?? {}, id);
    if (mine !== undefined && yours !== undefined) {
      const inside: MergeConflict[] = [];
      graphs[id] = mergeBodies({ base: was ?? emptyBody, ours: mine, theirs: yours }, inside);
      for (const conflict of inside) {
        conflicts.push({ ...conflict, location: { graph: id, ...conflict.location } });
      }
      continue;
    }
    const { value, conflict } = mergeValues(was, mine, yours);
    if (value !== undefined) graphs[id] = value;
    if (!conflict) continue;
    conflicts.push({
      kind: 'graph',
      location: { graph: id },
      message:
        mine === undefined
          ? 'We removed this subgraph and they changed it. It stays removed.'
          : 'They removed this subgraph and we changed it. We keep it.',
    });
  }
  return graphs;
}

/**
 * Merges the lock source by source. Files that both sides locked anew are no conflict: merged data have a third digest
 * anyway, which the next save records. A model or graph that both locked differently is one.
 */
function mergeLocks({ base, ours, theirs }: Sides, conflicts: MergeConflict[]): Lock {
  const merge = (kind: LockKind): Lock[LockKind] => {
    const entries = mergeRecords(base.lock[kind], ours.lock[kind], theirs.lock[kind]);
    for (const name of kind === 'files' ? [] : entries.conflicts) {
      conflicts.push({
        kind: 'lock',
        location: {},
        message: `Both sides locked the ${kind === 'models' ? 'model' : 'graph'} "${name}" to different bytes. We keep ours.`,
      });
    }
    return entries.merged;
  };
  const { merged } = mergeRecords(
    base.lock.extra ?? {},
    ours.lock.extra ?? {},
    theirs.lock.extra ?? {},
  );
  return {
    models: merge('models'),
    files: merge('files'),
    graphs: merge('graphs'),
    ...(Object.keys(merged).length === 0 ? {} : { extra: merged }),
  };
}
