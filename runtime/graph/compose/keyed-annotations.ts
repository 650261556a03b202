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

/** Notes and groups without those of some keys. A note about a removed node stays, but loses that link. */
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

/** Moves notes and groups to positions given by key. */
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

/** The notes and groups whose key, or which themselves, pass the filter. */
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

/** A note without the link to its node. */
export function aboutNone({ about: _about, ...note }: Note): Note {
  return note;
}

/** Rounds to whole pixels, as files hold positions. */
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
