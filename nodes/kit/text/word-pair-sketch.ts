/** Hashes kept of each text: this many smallest hashes of its word pairs estimate the shared part to a tenth. */
const sketchSize = 32;
/** Hashes to look texts up by, and most texts to compare for each. */
const probes = 4;
const largestBucket = 256;

/** A bottom-k sketch (Broder 1997) of a text: the smallest hashes of its word pairs, sorted and unique. */
export type Sketch = Uint32Array;

/** The words and numbers of a text, in lower case. */
export function plainWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Hashes of a text's pairs of neighbouring words; for a single word, its own. */
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
 * Share of word pairs that two texts have in common (Jaccard), estimated from their sketches: of the smallest hashes of
 * both, those in both.
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

/** Finds possible matches without comparing all: entries that share one of the smallest hashes. */
export class SketchIndex<Entry> {
  readonly #buckets = new Map<string, Entry[]>();

  /** Only sketches of the same label find an entry. */
  add(sketch: Sketch, entry: Entry, label = ''): void {
    for (const bucket of bucketsOf(sketch, label)) {
      const held = this.#buckets.get(bucket) ?? [];
      if (held.length < largestBucket) held.push(entry);
      this.#buckets.set(bucket, held);
    }
  }

  /** Candidates for a sketch, some repeatedly. */
  candidates(sketch: Sketch, label = ''): Entry[] {
    return bucketsOf(sketch, label).flatMap((bucket) => this.#buckets.get(bucket) ?? []);
  }
}

function bucketsOf(sketch: Sketch, label: string): string[] {
  return [...sketch.subarray(0, probes)].map((hash) => `${label} ${String(hash)}`);
}

/** FNV-1a with an extra mix, so that the smallest hashes are a fair sample. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
