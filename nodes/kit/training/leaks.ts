import { createHash } from 'node:crypto';
import type { Example } from '@graft/graph';

/** Share of the words' pairs from which on two texts ask the same. */
const alike = 0.7;
/** Of each text the least so many hashes of its pairs of words stand for it, which tells the share to a tenth. */
const sketchSize = 32;
/** By how many of them rows are looked for, and how many rows are looked at for each. */
const probes = 4;
const largestBucket = 256;

/** A row kept for evaluation that was trained on, as it stands or nearly so. */
export interface Leak {
  readonly id: string;
  /** The row to train on that says the same. */
  readonly as: string;
  readonly exact: boolean;
}

interface Taught {
  readonly id: string;
  /** Bottom-k sketches (Broder 1997), sorted: of all that is asked, and of its last paragraph. */
  readonly whole: Uint32Array;
  readonly last: Uint32Array;
}

/**
 * Finds rows kept for evaluation whose label leaks into training: some row to train on asks nearly the same (word pairs,
 * Jaccard ≥ 0.7, over all that is asked and over its last paragraph) and answers the same but for capitals and
 * punctuation. Rows that share their passages and nothing else are none. Memory is about 300 bytes a trained turn.
 */
export class LeakFinder {
  readonly #rows = new Map<string, string>();
  readonly #buckets = new Map<string, Taught[]>();
  readonly #evaluation: { readonly id: string; readonly digest: string; asked: Asked[] }[] = [];

  add(example: Example): void {
    const { id, split } = example;
    const digest = digestOf(example.turns.map(({ role, content }) => [role, content]));
    const asked = askedIn(example);
    if (split === 'eval') {
      this.#evaluation.push({ id, digest, asked });
      return;
    }
    this.#rows.set(digest, id);
    for (const { label, whole, last } of asked) {
      for (const bucket of bucketsOf(label, whole)) {
        const held = this.#buckets.get(bucket) ?? [];
        if (held.length < largestBucket) held.push({ id, whole, last });
        this.#buckets.set(bucket, held);
      }
    }
  }

  /** The leaking rows, in their order. */
  found(): Leak[] {
    return this.#evaluation.flatMap(({ id, digest, asked }): Leak[] => {
      const same = this.#rows.get(digest);
      if (same !== undefined) return [{ id, as: same, exact: true }];
      for (const one of asked) {
        const near = bucketsOf(one.label, one.whole)
          .flatMap((bucket) => this.#buckets.get(bucket) ?? [])
          .find(
            (taught) =>
              jaccard(taught.whole, one.whole) >= alike && jaccard(taught.last, one.last) >= alike,
          );
        if (near !== undefined) return [{ id, as: near.id, exact: false }];
      }
      return [];
    });
  }
}

interface Asked {
  readonly label: string;
  readonly whole: Uint32Array;
  readonly last: Uint32Array;
}

/** What is trained of a row, with what stands before it; a text without a question is its own. */
function askedIn({ kind, turns }: Example): Asked[] {
  return turns.flatMap(({ content, trained }, at): Asked[] => {
    if (!trained || content.trim() === '') return [];
    const before = turns[at - 1]?.content ?? '';
    const text = kind === 'text' || before === '' ? content : before;
    const label = kind === 'text' ? '' : digestOf(wordsOf(content));
    return [
      {
        label,
        whole: sketchOf(text),
        last: sketchOf(
          text
            .trim()
            .split(/\n\s*\n/)
            .at(-1) ?? '',
        ),
      },
    ];
  });
}

function bucketsOf(label: string, sketch: Uint32Array): string[] {
  return [...sketch.subarray(0, probes)].map((hash) => `${label} ${String(hash)}`);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The least hashes of a text's pairs of words, each once. */
function sketchOf(text: string): Uint32Array {
  const words = wordsOf(text);
  const pairs =
    words.length < 2 ? words : words.slice(1).map((word, at) => `${words[at] ?? ''} ${word}`);
  const hashes = Uint32Array.from(new Set(pairs.map(hashOf))).sort();
  return hashes.slice(0, sketchSize);
}

/** The share that two sets have in common, from their sketches: of the least hashes of both, those that are in both. */
function jaccard(one: Uint32Array, other: Uint32Array): number {
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

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
