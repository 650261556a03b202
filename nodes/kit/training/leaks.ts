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

/** Share of the words' pairs from which on two texts ask the same. */
const alike = 0.7;
/** Characters of what is asked in rows kept for evaluation, of which as many are held at most. */
const mostHeld = 16_000_000;

/** A row kept for evaluation that was trained on, as it stands or nearly so. */
export interface Leak {
  readonly id: string;
  /** The row to train on that says the same. */
  readonly as: string;
  readonly exact: boolean;
}

/** What is trained of a row, with what stands before it. */
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
  /** Of all that is asked, and of its last paragraph, each without what is common to many rows. */
  readonly whole: Sketch;
  readonly last: Sketch;
}

/**
 * Finds rows kept for evaluation whose label leaks into training: some row to train on asks nearly the same (word pairs,
 * Jaccard ≥ 0.7, over all that is asked and over its last paragraph) and answers the same but for capitals and
 * punctuation. What a template says in many rows does not count, wherever it stands; rows that share their passages and
 * nothing else are none. All rows are read twice: noted, then compared. Memory is that of the rows kept for evaluation, up
 * to about 40 MB.
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

  /** Rows kept for evaluation that are looked for among those to train on. */
  get rows(): number {
    return this.#kept.length;
  }

  /** Rows kept for evaluation that are not, since those before them take all the memory. */
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

  /** Once all rows are noted. */
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

  /** The leaking rows, in their order. */
  found(): Leak[] {
    return this.#kept.flatMap(({ id }) => this.#found.get(id) ?? []);
  }
}

/** The rows kept for evaluation, to find those that a row to train on gives away. */
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

/** A text without a question is its own. */
function askedIn({ kind, turns }: Example): Asked[] {
  return turns.flatMap(({ content, trained }, at): Asked[] => {
    if (!trained || content.trim() === '') return [];
    const before = turns[at - 1]?.content ?? '';
    const text = kind === 'text' || before === '' ? content : before;
    const label = kind === 'text' ? '' : digestOf(plainWords(content));
    return [{ label, text }];
  });
}

/** Of what is nothing but common, all. */
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

/** Counters of word pairs, whatever is read: 1 MB. Pairs that share one count as one, which makes them common at most. */
const counters = 1 << 18;
/** From this share of the texts on a pair is common, if it is in as many as this. */
const commonShare = 0.1;
const commonFrom = 5;

/** Tells the words of a template, which stand in many of the texts, from those that are a text's own. */
class CommonPairs {
  readonly #texts = new Uint32Array(counters);
  #all = 0;

  /** Takes the word pairs of a text into account. */
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
