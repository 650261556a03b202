import { canonicalJson, sameJson } from '../base/canonical-json.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import { diffExperiments, type ExperimentChange } from './diff-experiments.ts';
import type { Graph, GraphNode } from '../format/graph.ts';
import { byCodeUnit, own, sortedKeys } from '../base/record.ts';

export interface NodeChange {
  readonly id: string;
  readonly node: GraphNode;
}
/** A value before and after; undefined where it was or is not there. */
export interface ValueChange {
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two graphs, in the terms of the graph. Lists are sorted by id, then name. */
export interface GraphDiff {
  readonly added: readonly NodeChange[];
  readonly removed: readonly NodeChange[];
  readonly retyped: readonly ({ readonly id: string } & ValueChange)[];
  /** The same type at another version. */
  readonly reversioned: readonly ({ readonly id: string } & ValueChange)[];
  readonly retitled: readonly ({ readonly id: string } & ValueChange)[];
  /** Of nodes that are on both sides. */
  readonly params: readonly ({ readonly node: string; readonly param: string } & ValueChange)[];
  /** Fields that this version does not know, of a node or, without `node`, of the file. */
  readonly fields: readonly ({ readonly node?: string; readonly field: string } & ValueChange)[];
  readonly experiments: readonly ExperimentChange[];
  readonly lock: readonly ({
    readonly kind: 'models' | 'files';
    readonly name: string;
  } & ValueChange)[];
  /** As edge strings. */
  readonly edges: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Nodes on both sides that stand elsewhere; this changes no result. */
  readonly moved: readonly string[];
}

/** The differences from `a` to `b`. */
export function diffGraphs(a: Graph, b: Graph): GraphDiff {
  const changes = changedKeys(a.nodes, b.nodes);
  const both = changes.flatMap(({ key, before, after }) =>
    before === undefined || after === undefined ? [] : { id: key, before, after },
  );
  const pick = (field: 'type' | 'title'): ({ id: string } & ValueChange)[] =>
    both
      .filter(({ before, after }) => before[field] !== after[field])
      .map(({ id, before, after }) => ({ id, before: before[field], after: after[field] }));
  return {
    added: changes.flatMap(({ key, before, after }) =>
      before === undefined && after !== undefined ? { id: key, node: after } : [],
    ),
    removed: changes.flatMap(({ key, before, after }) =>
      after === undefined && before !== undefined ? { id: key, node: before } : [],
    ),
    retyped: pick('type'),
    reversioned: both
      .filter(({ before, after }) => before.type === after.type && before.version !== after.version)
      .map(({ id, before, after }) => ({ id, before: before.version, after: after.version })),
    retitled: pick('title'),
    params: both.flatMap(({ id, before, after }) =>
      changedKeys(before.params, after.params).map(({ key, ...values }) => ({
        node: id,
        param: key,
        ...values,
      })),
    ),
    fields: [
      ...changedKeys(a.extra ?? {}, b.extra ?? {}).map(({ key, ...values }) => ({
        field: key,
        ...values,
      })),
      ...both.flatMap(({ id, before, after }) =>
        changedKeys(before.extra ?? {}, after.extra ?? {}).map(({ key, ...values }) => ({
          node: id,
          field: key,
          ...values,
        })),
      ),
    ],
    experiments: diffExperiments(a.experiments ?? {}, b.experiments ?? {}),
    lock: (['models', 'files'] as const).flatMap((kind) =>
      changedKeys(a.lock[kind], b.lock[kind]).map(({ key, ...values }) => ({
        kind,
        name: key,
        ...values,
      })),
    ),
    edges: { added: edgesOnlyIn(b, a), removed: edgesOnlyIn(a, b) },
    moved: changedKeys(a.layout, b.layout)
      .map(({ key }) => key)
      .filter((id) => Object.hasOwn(a.nodes, id) && Object.hasOwn(b.nodes, id)),
  };
}

/** Keys whose values differ, sorted, with both values. */
function changedKeys<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
): { key: string; before: V | undefined; after: V | undefined }[] {
  return sortedKeys({ ...a, ...b }).flatMap((key) => {
    const before = own(a, key);
    const after = own(b, key);
    return sameJson(before, after) ? [] : { key, before, after };
  });
}

function edgesOnlyIn(a: Graph, b: Graph): string[] {
  const others = new Set(b.edges.map(formatEdge));
  return sortEdges(a.edges)
    .map(formatEdge)
    .filter((edge) => !others.has(edge))
    .sort(byCodeUnit);
}

/** A line for each difference; empty when only nothing differs. */
export function formatDiff(diff: GraphDiff): string[] {
  const arrow = ({ before, after }: ValueChange, absent: string): string =>
    `${shown(before, absent)} → ${shown(after, absent)}`;
  return [
    ...diff.added.map(({ id, node }) => `added node "${id}" (${node.type})${paramList(node)}`),
    ...diff.removed.map(({ id, node }) => `removed node "${id}" (${node.type})`),
    ...diff.retyped.map((change) => `"${change.id}": type ${arrow(change, 'none')}`),
    ...diff.reversioned.map((change) => `"${change.id}": version ${arrow(change, 'none')}`),
    ...diff.retitled.map((change) => `"${change.id}": title ${arrow(change, 'none')}`),
    ...diff.params.map((change) => `"${change.node}": ${change.param} ${arrow(change, 'default')}`),
    ...diff.fields.map((change) =>
      change.node === undefined
        ? `file: ${change.field} ${arrow(change, 'none')}`
        : `"${change.node}": ${change.field} ${arrow(change, 'none')}`,
    ),
    ...diff.experiments.map(experimentLine),
    ...diff.edges.added.map((edge) => `connected ${edge}`),
    ...diff.edges.removed.map((edge) => `disconnected ${edge}`),
    ...diff.lock.map((change) =>
      change.after === undefined
        ? `unlocked ${lockName(change)}`
        : `${change.before === undefined ? 'locked' : 'locked anew'} ${lockName(change)}`,
    ),
    ...(diff.moved.length === 0
      ? []
      : [
          `moved ${diff.moved.length} node${diff.moved.length === 1 ? '' : 's'} (no result changes)`,
        ]),
  ];
}

function experimentLine({ experiment, field, before, after }: ExperimentChange): string {
  if (field !== undefined) {
    return `experiment "${experiment}": ${field} ${shown(before, 'none')} → ${shown(after, 'none')}`;
  }
  return `${before === undefined ? 'added' : 'removed'} experiment "${experiment}"`;
}

function lockName({ kind, name }: GraphDiff['lock'][number]): string {
  return `${kind === 'models' ? 'model' : 'file'} "${name}"`;
}

function paramList(node: GraphNode): string {
  const params = sortedKeys(node.params).map(
    (name) => `${name} ${shown(node.params[name], 'default')}`,
  );
  return params.length === 0 ? '' : `: ${params.join(', ')}`;
}

const maxShown = 80;

function shown(value: unknown, absent: string): string {
  if (value === undefined) return absent;
  const text = canonicalJson(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}… (${text.length} characters)`;
}
