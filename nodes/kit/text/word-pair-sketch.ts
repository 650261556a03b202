/** Of each text the least so many hashes of its pairs of words stand for it, which tells the share to a tenth. */
const sketchSize = 32;
/** By how many of them texts are looked for, and how many texts are looked at for each. */
const probes = 4;
const largestBucket = 256;

/** A bottom-k sketch (Broder 1997) of a text: the least hashes of its pairs of words, sorted, each once. */
export type Sketch = Uint32Array;

/** The words and numbers of a text, in small letters. */
export function plainWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Hashes of a text's pairs of neighbouring words; of one word alone, its own. */
export function wordPairs(text: string): number[] {
  const words = plainWords(text);
  const pairs =
    words.length < 2 ? words : words.slice(1).map((word, at) => `${words[at] ?? ''} ${word}`);
  return pairs.map(hashOf);
}

export function sketchOf(pairs: readonly number[]): Sketch {
  return Uint32Array.from(new Set(pairs)).sort().slice(0, sketchSize);
}

/**
 * The share of word pairs that two texts have in common (Jaccard), from their sketches: of the least hashes of both,
 * those that are in both.
 */
export function likeness(one: Sketch, other: Sketch): number {
  let [i, j, common, seen] = [0, 0, 0, 0];
  while (seen < sketchSize && (i < one.length || j < other.length)) {
    const [a, b] = [one[i] ?? Infinity, other[j] ?? Infinity];
    if (a === b) common += 1;
    if (a <= b) i += 1;
    if (b <= a) j += 1;
    seen += 1;
  }
  return seen === 0 ? 0 : common / seen;
}

/** Finds what may be alike among many without looking at all of them: what has one of the least hashes in common. */
export class SketchIndex<Entry> {
  readonly #buckets = new Map<string, Entry[]>();

  /** Entries are found by sketches of the same label only. */
  add(sketch: Sketch, entry: Entry, label = ''): void {
    for (const bucket of bucketsOf(sketch, label)) {
      const held = this.#buckets.get(bucket) ?? [];
      if (held.length < largestBucket) held.push(entry);
      this.#buckets.set(bucket, held);
    }
  }

  /** Those to compare with a sketch, some of them more than once. */
  candidates(sketch: Sketch, label = ''): Entry[] {
    return bucketsOf(sketch, label).flatMap((bucket) => this.#buckets.get(bucket) ?? []);
  }
}

function bucketsOf(sketch: Sketch, label: string): string[] {
  return [...sketch.subarray(0, probes)].map((hash) => `${label} ${String(hash)}`);
}

/** FNV-1a, its bits mixed once more, so that the least are a fair sample. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
