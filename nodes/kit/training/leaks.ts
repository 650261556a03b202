import { createHash } from 'node:crypto';
import type { Example } from '@graft/graph';
import {
  likeness,
  plainWords,
  type Sketch,
  SketchIndex,
  sketchOf,
} from '../text/word-pair-sketch.ts';

/** Share of the words' pairs from which on two texts ask the same. */
const alike = 0.7;

/** A row kept for evaluation that was trained on, as it stands or nearly so. */
export interface Leak {
  readonly id: string;
  /** The row to train on that says the same. */
  readonly as: string;
  readonly exact: boolean;
}

interface Taught {
  readonly id: string;
  /** Of all that is asked, and of its last paragraph. */
  readonly whole: Sketch;
  readonly last: Sketch;
}

/**
 * Finds rows kept for evaluation whose label leaks into training: some row to train on asks nearly the same (word pairs,
 * Jaccard ≥ 0.7, over all that is asked and over its last paragraph) and answers the same but for capitals and
 * punctuation. Rows that share their passages and nothing else are none. Memory is about 2 KB a trained turn.
 */
export class LeakFinder {
  readonly #rows = new Map<string, string>();
  readonly #taught = new SketchIndex<Taught>();
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
      this.#taught.add(whole, { id, whole, last }, label);
    }
  }

  /** The leaking rows, in their order. */
  found(): Leak[] {
    return this.#evaluation.flatMap(({ id, digest, asked }): Leak[] => {
      const same = this.#rows.get(digest);
      if (same !== undefined) return [{ id, as: same, exact: true }];
      for (const one of asked) {
        const near = this.#taught
          .candidates(one.whole, one.label)
          .find(
            (taught) =>
              likeness(taught.whole, one.whole) >= alike &&
              likeness(taught.last, one.last) >= alike,
          );
        if (near !== undefined) return [{ id, as: near.id, exact: false }];
      }
      return [];
    });
  }
}

interface Asked {
  readonly label: string;
  readonly whole: Sketch;
  readonly last: Sketch;
}

/** What is trained of a row, with what stands before it; a text without a question is its own. */
function askedIn({ kind, turns }: Example): Asked[] {
  return turns.flatMap(({ content, trained }, at): Asked[] => {
    if (!trained || content.trim() === '') return [];
    const before = turns[at - 1]?.content ?? '';
    const text = kind === 'text' || before === '' ? content : before;
    const label = kind === 'text' ? '' : digestOf(plainWords(content));
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

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
