import { freeId } from '../base/names.ts';
import { annotationsOf, type Annotations, type Group, type Note } from '../format/annotation.ts';
import type { NodeLayout } from '../format/graph-body.ts';
import { groupKey, noteKey } from './canvas-key.ts';
import { aboutNone, wholeAt } from './keyed-annotations.ts';

/** The notes and groups to add to. */
interface Destination {
  readonly into: Annotations;
  /** New ids of the copied nodes; a note about a node that is not among them loses that link. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly shift: NodeLayout;
}

/** Adds notes and groups under free ids. `keys` are the canvas keys of those added. */
export function bringAnnotations(
  from: Annotations,
  { into, nodes, shift }: Destination,
): { readonly annotations: Annotations; readonly keys: readonly string[] } {
  const keys: string[] = [];
  const free = (id: string, record: object): string =>
    freeId(id.replace(/-\d+$/, ''), (candidate) => Object.hasOwn(record, candidate));
  const at = ({ x, y }: NodeLayout): NodeLayout => ({ x: x + shift.x, y: y + shift.y });
  const notes: Record<string, Note> = { ...into.notes };
  for (const [id, note] of Object.entries(from.notes ?? {})) {
    const about = note.about === undefined ? undefined : nodes.get(note.about);
    const copy = free(id, notes);
    notes[copy] = wholeAt({
      ...aboutNone(note),
      ...at(note),
      ...(about === undefined ? {} : { about }),
    });
    keys.push(noteKey(copy));
  }
  const groups: Record<string, Group> = { ...into.groups };
  for (const [id, group] of Object.entries(from.groups ?? {})) {
    const copy = free(id, groups);
    groups[copy] = wholeAt({ ...group, ...at(group) });
    keys.push(groupKey(copy));
  }
  return { annotations: annotationsOf({ notes, groups }), keys };
}
