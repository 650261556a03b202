import { createHash } from 'node:crypto';
import type { Example } from '@graft/graph';
import {
  likeness,
  plainWords,
  type Sketch,
  SketchIndex,
  sketchOf,
  wordPairs,
} from '../text/word-pair-sketch.ts';

/** Minimal similarity of word pairs at which two texts ask the same. */
const alike = 0.7;
/** Most characters of evaluation prompts to hold. */
const mostHeld = 16_000_000;

/** An evaluation row that also occurs in training, exactly or nearly. */
export interface Leak {
  readonly id: string;
  /** The training row that says the same. */
  readonly as: string;
  readonly exact: boolean;
}

/** A trained turn of a row, with what precedes it. */
interface Asked {
  readonly label: string;
  readonly text: string;
}

interface Kept {
  readonly id: string;
  readonly digest: string;
  readonly asked: readonly Asked[];
}

interface Sketched {
  readonly label: string;
  /** Sketches of the whole prompt and of its last paragraph, without what is common to many rows. */
  readonly whole: Sketch;
  readonly last: Sketch;
}

/**
 * Finds evaluation rows whose label leaks into training: a training row asks nearly the same (word pairs, Jaccard ≥
 * 0.7, over the whole prompt and its last paragraph) and has the same answer, ignoring capitals and punctuation.
 * Template words that many rows share do not count, and rows that only share passages do not match. Reads all rows
 * twice: first to record, then to compare. Holds the evaluation rows in memory, up to about 40 MB.
 */
export class LeakFinder {
  readonly #common = new CommonPairs();
  readonly #kept: Kept[] = [];
  readonly #found = new Map<string, Leak>();
  readonly #most: number;
  #held = 0;
  #left = 0;
  #lookedFor: LookedFor | undefined;

  constructor(most = mostHeld) {
    this.#most = most;
  }

  /** Evaluation rows that are checked. */
  get rows(): number {
    return this.#kept.length;
  }

  /** Evaluation rows that are not checked, because earlier ones use all the memory. */
  get left(): number {
    return this.#left;
  }

  note(example: Example): void {
    const asked = askedIn(example);
    for (const { text } of asked) this.#common.add(paragraphPairs(text).flat());
    if (example.split !== 'eval') return;
    this.#held += asked.reduce((sum, { text }) => sum + text.length, 0);
    if (this.#held > this.#most) this.#left += 1;
    else this.#kept.push({ id: example.id, digest: rowDigest(example), asked });
  }

  /** After all rows are recorded. */
  compare(example: Example): void {
    if (example.split === 'eval') return;
    this.#lookedFor ??= new LookedFor(this.#kept, this.#common);
    const as = example.id;
    for (const id of this.#lookedFor.same(rowDigest(example))) {
      if (this.#found.get(id)?.exact !== true) this.#found.set(id, { id, as, exact: true });
    }
    for (const asked of askedIn(example)) {
      for (const id of this.#lookedFor.near(sketched(asked, this.#common))) {
        if (!this.#found.has(id)) this.#found.set(id, { id, as, exact: false });
      }
    }
  }

  /** The leaking rows, in order. */
  found(): Leak[] {
    return this.#kept.flatMap(({ id }) => this.#found.get(id) ?? []);
  }
}

/** The evaluation rows, indexed to find those that a training row gives away. */
class LookedFor {
  readonly #rows = new Map<string, string[]>();
  readonly #turns = new SketchIndex<Sketched & { readonly id: string }>();

  constructor(kept: readonly Kept[], common: CommonPairs) {
    for (const { id, digest, asked } of kept) {
      this.#rows.set(digest, [...(this.#rows.get(digest) ?? []), id]);
      for (const turn of asked) {
        const sketch = sketched(turn, common);
        this.#turns.add(sketch.whole, { ...sketch, id }, sketch.label);
      }
    }
  }

  same(digest: string): readonly string[] {
    return this.#rows.get(digest) ?? [];
  }

  near({ label, whole, last }: Sketched): string[] {
    return this.#turns
      .candidates(whole, label)
      .filter((kept) => likeness(kept.whole, whole) >= alike && likeness(kept.last, last) >= alike)
      .map(({ id }) => id);
  }
}

/** A text without a question stands for itself. */
function askedIn({ kind, turns }: Example): Asked[] {
  return turns.flatMap(({ content, trained }, at): Asked[] => {
    if (!trained || content.trim() === '') return [];
    const before = turns[at - 1]?.content ?? '';
    const text = kind === 'text' || before === '' ? content : before;
    const label = kind === 'text' ? '' : digestOf(plainWords(content));
    return [{ label, text }];
  });
}

/** All words if all are common. */
function sketched({ label, text }: Asked, common: CommonPairs): Sketched {
  const paragraphs = paragraphPairs(text);
  const own = paragraphs
    .map((pairs) => pairs.filter((pair) => !common.has(pair)))
    .filter(({ length }) => length > 0);
  const compared = own.length > 0 ? own : paragraphs;
  return { label, whole: sketchOf(compared.flat()), last: sketchOf(compared.at(-1) ?? []) };
}

function paragraphPairs(text: string): number[][] {
  return text.split(/\n\s*\n/).map(wordPairs);
}

function rowDigest({ turns }: Example): string {
  return digestOf(turns.map(({ role, content }) => [role, content]));
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}

/**
 * Counters of word pairs, independent of the input: 1 MB. Pairs that share a counter count as one, which at worst makes
 * them common.
 */
const counters = 1 << 18;
/** Share of the texts from which a pair is common, and its minimal number of texts. */
const commonShare = 0.1;
const commonFrom = 5;

/** Distinguishes template words, which occur in many texts, from a text's own. */
class CommonPairs {
  readonly #texts = new Uint32Array(counters);
  #all = 0;

  /** Counts the word pairs of a text. */
  add(pairs: readonly number[]): void {
    this.#all += 1;
    for (const at of new Set(pairs.map((pair) => pair % counters))) {
      this.#texts[at] = (this.#texts[at] ?? 0) + 1;
    }
  }

  has(pair: number): boolean {
    const texts = this.#texts[pair % counters] ?? 0;
    return texts >= commonFrom && texts >= this.#all * commonShare;
  }
}
