import { byCodeUnit, own, sortedKeys } from '../base/record.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import { bendsOf } from '../format/bends.ts';
import { exposureValue } from '../format/exposure.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import { annotationFields, type Annotations, type Group, type Note } from '../format/annotation.ts';
import { sameJson } from '../base/canonical-json.ts';

/** A value before and after; undefined if absent. */
export interface ValueChange {
  readonly before: unknown;
  readonly after: unknown;
}

/** Keys whose values differ, sorted, with both values. */
export function changedKeys<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
): { key: string; before: V | undefined; after: V | undefined }[] {
  return sortedKeys({ ...a, ...b }).flatMap((key) => {
    const before = own(a, key);
    const after = own(b, key);
    return sameJson(before, after) ? [] : { key, before, after };
  });
}

export interface NodeChange {
  readonly id: string;
  readonly node: GraphNode;
}

/** Differences between two bodies, in the terms of the graph. Lists are sorted by id, then name. */
export interface BodyDiff {
  readonly added: readonly NodeChange[];
  readonly removed: readonly NodeChange[];
  readonly retyped: readonly ({ readonly id: string } & ValueChange)[];
  /** The same type at another version. */
  readonly reversioned: readonly ({ readonly id: string } & ValueChange)[];
  readonly retitled: readonly ({ readonly id: string } & ValueChange)[];
  /** Nodes on both sides that were bypassed or unbypassed: `after` says which. */
  readonly bypassed: readonly { readonly id: string; readonly after: boolean }[];
  /** Changed parameters of nodes on both sides. */
  readonly params: readonly ({ readonly node: string; readonly param: string } & ValueChange)[];
  /** Exposed parameters, as the file holds them. */
  readonly exposed: readonly ({ readonly name: string } & ValueChange)[];
  /** Fields unknown to this version, of a node or, without `node`, of the file. */
  readonly fields: readonly ({ readonly node?: string; readonly field: string } & ValueChange)[];
  /** As edge strings. */
  readonly edges: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly annotations: readonly AnnotationChange[];
  /** Nodes on both sides with another position; does not change results. */
  readonly moved: readonly string[];
  /** Nodes on both sides that are collapsed on one side; does not change results. */
  readonly folded: readonly string[];
  /** Edges, as strings, with other bends; does not change results. */
  readonly bent: readonly string[];
}

/** The differences from `a` to `b`. */
export function diffBodies(a: GraphBody, b: GraphBody): BodyDiff {
  const changes = changedKeys(a.nodes, b.nodes);
  const both = changes.flatMap(({ key, before, after }) =>
    before === undefined || after === undefined ? [] : { id: key, before, after },
  );
  const laidOut = changedKeys(a.layout, b.layout).filter(
    ({ key }) => Object.hasOwn(a.nodes, key) && Object.hasOwn(b.nodes, key),
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
    bypassed: both
      .filter(({ before, after }) => before.bypass !== after.bypass)
      .map(({ id, after }) => ({ id, after: after.bypass === true })),
    params: both.flatMap(({ id, before, after }) =>
      changedKeys(before.params, after.params).map(({ key, ...values }) => ({
        node: id,
        param: key,
        ...values,
      })),
    ),
    exposed: changedKeys(a.expose ?? {}, b.expose ?? {}).map(({ key, before, after }) => ({
      name: key,
      before: before === undefined ? undefined : exposureValue(before),
      after: after === undefined ? undefined : exposureValue(after),
    })),
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
    edges: { added: edgesOnlyIn(b, a), removed: edgesOnlyIn(a, b) },
    annotations: diffAnnotations(a, b),
    moved: laidOut
      .filter(({ before, after }) => before?.x !== after?.x || before?.y !== after?.y)
      .map(({ key }) => key),
    folded: laidOut
      .filter(({ before, after }) => before?.collapsed !== after?.collapsed)
      .map(({ key }) => key),
    bent: changedKeys(
      bendsOf({ ...b, bends: a.bends }).bends ?? {},
      bendsOf({ ...a, bends: b.bends }).bends ?? {},
    ).map(({ key }) => key),
  };
}

function edgesOnlyIn(a: GraphBody, b: GraphBody): string[] {
  const others = new Set(b.edges.map(formatEdge));
  return sortEdges(a.edges)
    .map(formatEdge)
    .filter((edge) => !others.has(edge))
    .sort(byCodeUnit);
}

/** A changed note or group; without `field` it was added or removed. Does not change results. */
export interface AnnotationChange extends ValueChange {
  readonly kind: 'note' | 'group';
  readonly id: string;
  readonly field?: string;
}

/** Differences between the notes and groups of two bodies. */
function diffAnnotations(a: Annotations, b: Annotations): readonly AnnotationChange[] {
  return (['note', 'group'] as const).flatMap((kind) =>
    changedKeys<Note | Group>(a[`${kind}s`] ?? {}, b[`${kind}s`] ?? {}).flatMap(
      ({ key: id, before, after }): AnnotationChange[] =>
        before === undefined || after === undefined
          ? [{ kind, id, before: labelOf(before), after: labelOf(after) }]
          : changedKeys(annotationFields(before), annotationFields(after)).map(
              ({ key: field, ...values }) => ({ kind, id, field, ...values }),
            ),
    ),
  );
}

const labelOf = (annotation: Note | Group | undefined): string | undefined =>
  annotation === undefined ? undefined : 'text' in annotation ? annotation.text : annotation.title;
