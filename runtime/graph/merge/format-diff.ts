import { canonicalJson } from '../base/canonical-json.ts';
import { plural } from '../base/message-words.ts';
import { sortedKeys } from '../base/record.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import type { BodyDiff, AnnotationChange, ValueChange } from './diff-bodies.ts';
import type { ExperimentChange } from './diff-experiments.ts';
import type { GraphDiff } from './diff-graphs.ts';

/** One line for each difference; empty if there is none. */
export function formatDiff(diff: GraphDiff): string[] {
  return [
    ...contentLines(diff),
    ...diff.graphs.added.map(({ id, body }) => `added graph "${id}" (${nodeCount(body)})`),
    ...diff.graphs.removed.map(({ id, body }) => `removed graph "${id}" (${nodeCount(body)})`),
    ...diff.graphs.changed.flatMap(({ id, diff: inside }) =>
      [...contentLines(inside), ...movedLines(inside)].map((line) => `graph "${id}": ${line}`),
    ),
    ...diff.experiments.map(experimentLine),
    ...diff.lock.map((change) =>
      change.after === undefined
        ? `unlocked ${lockName(change)}`
        : `${change.before === undefined ? 'locked' : 'renewed the lock of'} ${lockName(change)}`,
    ),
    ...movedLines(diff),
  ];
}

function contentLines(diff: BodyDiff): string[] {
  const arrow = ({ before, after }: ValueChange, absent: string): string =>
    `${shown(before, absent)} → ${shown(after, absent)}`;
  return [
    ...diff.added.map(({ id, node }) => `added node "${id}" (${node.type})${paramList(node)}`),
    ...diff.removed.map(({ id, node }) => `removed node "${id}" (${node.type})`),
    ...diff.retyped.map((change) => `"${change.id}": type ${arrow(change, 'none')}`),
    ...diff.reversioned.map((change) => `"${change.id}": version ${arrow(change, 'none')}`),
    ...diff.retitled.map((change) => `"${change.id}": title ${arrow(change, 'none')}`),
    ...diff.bypassed.map(({ id, after }) => `"${id}": switched ${after ? 'off' : 'on'}`),
    ...diff.params.map((change) => `"${change.node}": ${change.param} ${arrow(change, 'default')}`),
    ...diff.exposed.map((change) => `exposed "${change.name}": ${arrow(change, 'none')}`),
    ...diff.fields.map((change) =>
      change.node === undefined
        ? `file: ${change.field} ${arrow(change, 'none')}`
        : `"${change.node}": ${change.field} ${arrow(change, 'none')}`,
    ),
    ...diff.edges.added.map((edge) => `connected ${edge}`),
    ...diff.edges.removed.map((edge) => `disconnected ${edge}`),
    ...diff.annotations.flatMap((change) => (isMove(change) ? [] : annotationLine(change))),
  ];
}

const isMove = ({ field }: AnnotationChange): boolean =>
  field !== undefined && ['x', 'y', 'width', 'height'].includes(field);

function annotationLine({ kind, id, field, before, after }: AnnotationChange): string {
  const name = `${kind} "${id}"`;
  if (field !== undefined) {
    return `${name}: ${field} ${shown(before, 'none')} → ${shown(after, 'none')}`;
  }
  return before === undefined
    ? `added ${name}: ${shown(after, '')}`
    : `removed ${name}: ${shown(before, '')}`;
}

function movedLines({ moved, folded, bent, annotations }: BodyDiff): string[] {
  const placed = annotations.filter(isMove);
  const count = (kind: 'note' | 'group'): number =>
    new Set(placed.flatMap((change) => (change.kind === kind ? change.id : []))).size;
  const counts = [
    { count: moved.length, name: 'node' },
    { count: count('note'), name: 'note' },
    { count: count('group'), name: 'group' },
  ].filter((change) => change.count > 0);
  const listed = counts.map((change) => plural(change.count, change.name)).join(', ');
  return [
    ...(counts.length === 0 ? [] : [`moved ${listed} (no result changes)`]),
    ...(folded.length === 0
      ? []
      : [`folded or unfolded ${plural(folded.length, 'node')} (no result changes)`]),
    ...(bent.length === 0 ? [] : [`bent ${plural(bent.length, 'edge')} (no result changes)`]),
  ];
}

function nodeCount({ nodes }: GraphBody): string {
  return plural(Object.keys(nodes).length, 'node');
}

function experimentLine({ experiment, field, before, after }: ExperimentChange): string {
  if (field !== undefined) {
    return `experiment "${experiment}": ${field} ${shown(before, 'none')} → ${shown(after, 'none')}`;
  }
  return `${before === undefined ? 'added' : 'removed'} experiment "${experiment}"`;
}

function lockName({ kind, name }: GraphDiff['lock'][number]): string {
  const singular = { models: 'model', files: 'file', graphs: 'graph' } as const;
  return `${singular[kind]} "${name}"`;
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
