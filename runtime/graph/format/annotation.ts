import { namePattern, nameRule } from '../base/names.ts';
import { isRecord, sortedKeys } from '../base/record.ts';
import { block, fieldTexts } from '../base/canonical-json.ts';
import { unknownFields } from './json-reader.ts';

/** Position (upper left corner) and size on the canvas, in pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A Markdown text on the canvas. Like groups it is for people: no key and no plan contains it. */
export interface Note extends Omit<Frame, 'height'> {
  readonly text: string;
  /** Minimal height, because a note is never lower than its text; absent: the height of the text. */
  readonly height?: number;
  /** The node that it describes: the notebook shows it before that node. */
  readonly about?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A titled frame behind the nodes. It owns what stands within it. */
export interface Group extends Frame {
  readonly title: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Annotations of a body, by id; absent if there are none. */
export interface Annotations {
  readonly notes?: Readonly<Record<string, Note>>;
  readonly groups?: Readonly<Record<string, Group>>;
}

/** Reports a problem with a field of the file, and stops reading. */
type Bad = (message: string, field: string) => never;

/** A note or group as written, with its location in the file: `notes.note-1`. */
interface Written {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly bad: Bad;
}

/** Reads the notes and groups of a body. */
export function readAnnotations(body: Readonly<Record<string, unknown>>, bad: Bad): Annotations {
  return annotationsOf({
    notes: readAll('notes', { fields: body, at: '', bad }, readNote),
    groups: readAll('groups', { fields: body, at: '', bad }, readGroup),
  });
}

/** Notes and groups of a body; omits empty ones. */
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

/** The fields of a note or group as the file holds them. */
export function annotationFields({ extra = {}, ...fields }: Note | Group): Record<string, unknown> {
  const whole = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? wholePixel(value) : value,
  ]);
  return { ...extra, ...Object.fromEntries(whole) };
}

/** Notes and groups of a body as canonical text, one field a line. */
export function annotationTexts({ notes = {}, groups = {} }: Annotations, depth: number): string[] {
  return Object.entries({ notes, groups }).flatMap(([kind, all]) => {
    const ids = sortedKeys(all);
    if (ids.length === 0) return [];
    const texts = ids.flatMap((id) => {
      const annotation: Note | Group | undefined = all[id];
      if (annotation === undefined) return [];
      return `${JSON.stringify(id)}: ${block('{}', fieldTexts(annotationFields(annotation)), depth + 1)}`;
    });
    return `"${kind}": ${block('{}', texts, depth)}`;
  });
}

/** Browsers draw reliably only up to about 33 million pixels; nobody scrolls this far. */
const farthest = 10_000_000;

/**
 * Rounds to whole pixels, so that a nudge of half a pixel changes no file; never -0. Limits positions, so that browsers
 * can draw them and sums of them stay finite.
 */
export function wholePixel(value: number): number {
  return Math.max(-farthest, Math.min(farthest, Math.round(value))) + 0;
}
