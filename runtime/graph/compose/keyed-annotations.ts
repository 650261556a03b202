import { own } from '../base/record.ts';
import {
  annotationsOf,
  type Annotations,
  type Group,
  type Note,
  wholePixel,
} from '../format/annotation.ts';
import type { NodeLayout } from '../format/graph-body.ts';
import { groupKey, noteKey } from './canvas-key.ts';

/** Notes and groups without those of some keys; a note about a node that goes stays, and is about none. */
export function withoutKeys(from: Annotations, gone: ReadonlySet<string>): Annotations {
  const kept = <V>(record: Readonly<Record<string, V>>, key: (id: string) => string) =>
    Object.entries(record).filter(([id]) => !gone.has(key(id)));
  const notes = kept(from.notes ?? {}, noteKey).map(([id, note]): [string, Note] => [
    id,
    note.about !== undefined && gone.has(note.about) ? aboutNone(note) : note,
  ]);
  return annotationsOf({
    notes: Object.fromEntries(notes),
    groups: Object.fromEntries(kept(from.groups ?? {}, groupKey)),
  });
}

/** Notes and groups without some of them. */
export function without(from: Annotations, gone: Annotations): Annotations {
  const keys = [
    ...Object.keys(gone.notes ?? {}).map(noteKey),
    ...Object.keys(gone.groups ?? {}).map(groupKey),
  ];
  return withoutKeys(from, new Set(keys));
}

/** Notes and groups at new places, given by key. */
export function atPlaces(
  from: Annotations,
  places: Readonly<Record<string, NodeLayout>>,
): Annotations {
  const moved = <V extends Note | Group>(
    record: Readonly<Record<string, V>>,
    key: (id: string) => string,
  ): Record<string, V> =>
    Object.fromEntries(
      Object.entries(record).map(([id, annotation]): [string, V] => {
        const place = own(places, key(id));
        return [
          id,
          place === undefined ? annotation : wholeAt({ ...annotation, x: place.x, y: place.y }),
        ];
      }),
    );
  return annotationsOf({
    notes: moved(from.notes ?? {}, noteKey),
    groups: moved(from.groups ?? {}, groupKey),
  });
}

/** Those notes and groups whose key, or the note itself, is wanted. */
export function pickAnnotations(
  from: Annotations,
  isWanted: (key: string, about?: string) => boolean,
): Annotations {
  const notes = Object.entries(from.notes ?? {}).filter(([id, { about }]) =>
    isWanted(noteKey(id), about),
  );
  const groups = Object.entries(from.groups ?? {}).filter(([id]) => isWanted(groupKey(id)));
  return annotationsOf({
    notes: Object.fromEntries(notes),
    groups: Object.fromEntries(groups),
  });
}

/** A note without the node that it is about. */
export function aboutNone({ about: _about, ...note }: Note): Note {
  return note;
}

/** On whole pixels, as files hold it. */
export function wholeAt<V extends Note | Group>(annotation: V): V {
  const { x, y, width, height } = annotation;
  return {
    ...annotation,
    x: wholePixel(x),
    y: wholePixel(y),
    width: wholePixel(width),
    ...(height === undefined ? {} : { height: wholePixel(height) }),
  };
}
