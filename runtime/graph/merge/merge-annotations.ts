import { sameJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';
import { freeId } from '../base/names.ts';
import { own, sortedKeys } from '../base/record.ts';
import {
  annotationFields,
  readAnnotations,
  type Annotations,
  type Group,
  type Note,
} from '../format/annotation.ts';
import {
  type BodySides,
  type MergeConflict,
  mergeRecords,
  mergeValues,
} from './three-way-merge.ts';

/**
 * Merges notes and groups by field. If both sides added one under the same id, both stay, theirs under a free id. If
 * both moved or resized one, ours wins without a conflict.
 */
export function mergeAnnotations(sides: BodySides, conflicts: MergeConflict[]): Annotations {
  const merge = (kind: 'notes' | 'groups') =>
    mergeAll(
      kind,
      [sides.base, sides.ours, sides.theirs].map((side) => side[kind] ?? {}),
      conflicts,
    );
  return readAnnotations({ notes: merge('notes'), groups: merge('groups') }, (message, field) => {
    throw new GraphError('internal', message, { location: { field }, audience: 'developer' });
  });
}

/** A note or group as the file holds it. */
type Fields = Readonly<Record<string, unknown>>;
type Three<V> = readonly [was: V | undefined, mine: V | undefined, yours: V | undefined];

function mergeAll(
  kind: 'notes' | 'groups',
  sides: readonly Readonly<Record<string, Note | Group>>[],
  conflicts: MergeConflict[],
): Record<string, Fields> {
  const [base = {}, ours = {}, theirs = {}] = sides.map(fieldsOfAll);
  const singular = kind === 'notes' ? 'note' : 'group';
  const merged: Record<string, Fields> = {};
  const added: Fields[] = [];
  for (const id of sortedKeys({ ...ours, ...theirs })) {
    const [was, mine, yours] = [own(base, id), own(ours, id), own(theirs, id)];
    const conflict = (message: string, name = ''): void => {
      conflicts.push({ kind: singular, location: { field: `${kind}.${id}${name}` }, message });
    };
    if (mine === undefined || yours === undefined) {
      // Moving it does not save it if the other side removed it.
      const content = mergeValues(...mapped([was, mine, yours], unplaced));
      const kept = mine ?? yours;
      if (content.value !== undefined && kept !== undefined) merged[id] = kept;
      if (!content.conflict) continue;
      conflict(
        mine === undefined
          ? `We removed this ${singular} and they changed it. It stays removed.`
          : `They removed this ${singular} and we changed it. We keep it.`,
      );
      continue;
    }
    merged[id] = mine;
    if (was === undefined && !sameJson(unplaced(mine), unplaced(yours))) {
      added.push(yours);
      continue;
    }
    const content = mergeRecords(unplaced(was ?? {}), unplaced(mine), unplaced(yours));
    const spot = mergeValues(...mapped([was, mine, yours], placed)).value;
    const size = mergeValues(...mapped([was, mine, yours], sized)).value;
    merged[id] = { ...content.merged, ...spot, ...size };
    for (const name of content.conflicts) {
      conflict(`Both sides changed "${name}" of this ${singular}. We keep ours.`, `.${name}`);
    }
  }
  for (const yours of added) {
    merged[freeId(singular, (id) => Object.hasOwn(merged, id))] = yours;
  }
  return merged;
}

function fieldsOfAll(all: Readonly<Record<string, Note | Group>>): Record<string, Fields> {
  return Object.fromEntries(
    Object.entries(all).map(([id, annotation]) => [id, annotationFields(annotation)]),
  );
}

const spotFields = new Set(['x', 'y']);
const sizeFields = new Set(['width', 'height']);

const placed = (fields: Fields): Fields => part(fields, (name) => spotFields.has(name));
const sized = (fields: Fields): Fields => part(fields, (name) => sizeFields.has(name));
const unplaced = (fields: Fields): Fields =>
  part(fields, (name) => !spotFields.has(name) && !sizeFields.has(name));

function part(fields: Fields, isPart: (name: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isPart(name)));
}

function mapped<V, R>([was, mine, yours]: Three<V>, change: (value: V) => R): Three<R> {
  const of = (value: V | undefined): R | undefined =>
    value === undefined ? undefined : change(value);
  return [of(was), of(mine), of(yours)];
}
