import type { EncodedText, TextList } from '@graft/graph';

/** Lists as a few typed arrays, which cross a process border without being taken apart number by number. */
export interface PackedLists {
  /** Texts of each. */
  readonly texts: Int32Array;
  /** Where each text ends in `ids` and `segments`. */
  readonly ends: Int32Array;
  readonly ids: Int32Array;
  /** 0 where a text has none. */
  readonly segments: Uint8Array;
}

export function packLists(lists: readonly TextList[]): PackedLists {
  const texts = lists.flat();
  const ends = new Int32Array(texts.length);
  const size = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  const [ids, segments] = [new Int32Array(size), new Uint8Array(size)];
  let end = 0;
  for (const [at, text] of texts.entries()) {
    ids.set(text.ids, end);
    segments.set(text.segments, end);
    end += text.ids.length;
    ends[at] = end;
  }
  return { texts: Int32Array.from(lists, ({ length }) => length), ends, ids, segments };
}

export function unpackLists({ texts, ends, ids, segments }: PackedLists): TextList[] {
  let next = 0;
  const text = (): EncodedText => {
    const start = next === 0 ? 0 : (ends[next - 1] ?? 0);
    const end = ends[next++] ?? start;
    return {
      ids: Array.from(ids.subarray(start, end)),
      segments: Array.from(segments.subarray(start, end)),
    };
  };
  return Array.from(texts, (length) => Array.from({ length }, text));
}
