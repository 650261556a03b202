import { namePattern, nameRule } from '../base/name.ts';
import { isRecord, sortedKeys } from '../base/record.ts';
import { block, fieldTexts } from './canonical-block.ts';
import { unknownFields } from './unknown-fields.ts';
import { wholePixel } from './whole-pixel.ts';

/** Where something stands on the canvas, by its upper left corner, and how large it is, in pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A text in Markdown on the canvas. Like groups it is for people: it is in no key and no plan. */
export interface Note extends Omit<Frame, 'height'> {
  readonly text: string;
  /** The least that it has, for it is never lower than its text; absent: as high as that. */
  readonly height?: number;
  /** The node that it is about: in the notebook it stands before that. */
  readonly about?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A titled frame behind the nodes. What stands within it belongs to it. */
export interface Group extends Frame {
  readonly title: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What a body has beside its nodes, by id; each absent where there are none. */
export interface Annotations {
  readonly notes?: Readonly<Record<string, Note>>;
  readonly groups?: Readonly<Record<string, Group>>;
}

/** Says what is wrong with a field of the file, and ends the reading. */
type Bad = (message: string, field: string) => never;

/** A note or a group as it is written, with its place in the file: `notes.note-1`. */
interface Written {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly bad: Bad;
}

/** Reads the notes and the groups of a body as it is written. */
export function readAnnotations(body: Readonly<Record<string, unknown>>, bad: Bad): Annotations {
  return annotationsOf({
    notes: readAll('notes', { fields: body, at: '', bad }, readNote),
    groups: readAll('groups', { fields: body, at: '', bad }, readGroup),
  });
}

/** Notes and groups as a body has them: absent where there are none. */
export function annotationsOf({ notes = {}, groups = {} }: Annotations): Annotations {
  return {
    ...(Object.keys(notes).length === 0 ? {} : { notes }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
  };
}

function readAll<T>(
  kind: 'notes' | 'groups',
  { fields: { [kind]: all = {} }, bad }: Written,
  read: (written: Written) => T,
): Record<string, T> {
  if (!isRecord(all)) return bad(`This should be an object that maps ids to ${kind}.`, kind);
  const entries = Object.entries(all).map(([id, fields]): [string, T] => {
    const at = `${kind}.${id.slice(0, 200)}`;
    if (!namePattern.test(id))
      return bad(`${JSON.stringify(id.slice(0, 200))} is not a valid id. ${nameRule}`, kind);
    if (!isRecord(fields))
      return bad('This should be an object with a text, a place and a size.', at);
    return [id, read({ fields, at, bad })];
  });
  return Object.fromEntries(entries);
}

const noteFields = new Set(['text', 'x', 'y', 'width', 'height', 'about']);
const groupFields = new Set(['title', 'x', 'y', 'width', 'height']);

function readNote(written: Written): Note {
  const { fields, at, bad } = written;
  const { height, about } = fields;
  if (about !== undefined && typeof about !== 'string') {
    return bad('This should be the id of a node.', `${at}.about`);
  }
  const extra = unknownFields(fields, noteFields);
  return {
    text: readText(written, 'text'),
    ...readPlace(written),
    width: readPixels(written, 'width', 1),
    ...(height === undefined ? {} : { height: readPixels(written, 'height', 1) }),
    ...(about === undefined ? {} : { about }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function readGroup(written: Written): Group {
  const extra = unknownFields(written.fields, groupFields);
  return {
    title: readText(written, 'title'),
    ...readPlace(written),
    width: readPixels(written, 'width', 1),
    height: readPixels(written, 'height', 1),
    ...(extra === undefined ? {} : { extra }),
  };
}

function readText({ fields, at, bad }: Written, name: string): string {
  const text = fields[name];
  return typeof text === 'string' ? text : bad('This should be text.', `${at}.${name}`);
}

function readPlace(written: Written): Pick<Frame, 'x' | 'y'> {
  return { x: readPixels(written, 'x'), y: readPixels(written, 'y') };
}

function readPixels({ fields, at, bad }: Written, name: string, least = -Infinity): number {
  const pixels = fields[name];
  if (typeof pixels === 'number' && pixels >= least) return wholePixel(pixels);
  const more = least === 1 ? ', 1 or more' : '';
  return bad(`This should be a number of pixels${more}.`, `${at}.${name}`);
}

/** The fields of a note or a group as they stand in a file. */
export function annotationFields({ extra = {}, ...fields }: Note | Group): Record<string, unknown> {
  const whole = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? wholePixel(value) : value,
  ]);
  return { ...extra, ...Object.fromEntries(whole) };
}

/** The notes and the groups of a body as canonical text, a field a line. */
export function annotationTexts({ notes = {}, groups = {} }: Annotations, depth: number): string[] {
  return Object.entries({ notes, groups }).flatMap(([kind, all]) => {
    const ids = sortedKeys(all);
    if (ids.length === 0) return [];
    const texts = ids.flatMap((id) => {
      const one: Note | Group | undefined = all[id];
      if (one === undefined) return [];
      return `${JSON.stringify(id)}: ${block('{}', fieldTexts(annotationFields(one)), depth + 1)}`;
    });
    return `"${kind}": ${block('{}', texts, depth)}`;
  });
}
