import type { EmbeddedChunk } from '@graft/graph';
import { prose } from '../report/prose.ts';
import { seededRandom } from '../report/random.ts';

/** As wide as all-MiniLM-L6-v2. */
export const dimension = 384;
const topics = 40;
const subtopics = 25;
/** Directions in which the texts of a subtopic differ most. */
const own = 16;
/** Lengths of what is added to a topic of length 1: its subtopic, the text in its own directions, and in any. */
const spread = { subtopic: 0.6, own: 0.6, any: 0.4 };

/**
 * Unit vectors as embedders give them for texts of a field: topics and subtopics in them of very different sizes, around
 * each a cloud that is wide in a few directions and thin in all others. The same number always gives the same vector.
 */
export class MadeVectors {
  readonly #topics: readonly Float32Array[];
  readonly #subtopics: readonly Float32Array[];
  readonly #directions: readonly Float32Array[];

  constructor() {
    const random = seededRandom(1);
    const some = (count: number): Float32Array[] =>
      Array.from({ length: count }, () => scaled(normal(random), 1));
    this.#topics = some(topics);
    this.#subtopics = some(topics * subtopics);
    this.#directions = some(256);
  }

  at(seed: number): Float32Array {
    const random = seededRandom(seed * 2 + 1);
    // Squared: the first are large, the last small.
    const topic = Math.floor(random() ** 2 * topics);
    const subtopic = topic * subtopics + Math.floor(random() ** 2 * subtopics);
    const vector = scaled(normal(random), spread.any);
    add(vector, this.#topics[topic], 1);
    add(vector, this.#subtopics[subtopic], spread.subtopic);
    for (let at = 0; at < own; at += 1) {
      const direction = this.#directions[(subtopic * 7 + at * 11) % this.#directions.length];
      add(vector, direction, (gaussian(random) * spread.own) / Math.sqrt(own));
    }
    return scaled(vector, 1);
  }

  /** Chunks with these vectors, from a number on. */
  async *chunks(from: number, to: number): AsyncGenerator<EmbeddedChunk> {
    for (let seed = from; seed < to; seed += 1) {
      // A stream of a step waits between its rows, too.
      if (seed % 1000 === 0) await Promise.resolve();
      const text = prose(seed, 2);
      const path = `notes/${String(seed % 997)}.md`;
      const place = { documentId: path, path, title: path, start: 0, end: text.length };
      yield {
        ...{ id: `${path}:${String(seed)}`, text, headings: [], metadata: {} },
        source: { ...place, firstLine: 1, lastLine: 1 },
        vector: this.at(seed),
      };
    }
  }
}

function normal(random: () => number): Float32Array {
  return Float32Array.from({ length: dimension }, () => gaussian(random));
}

/** Of mean 0 and deviation 1 (Box and Muller, 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function add(vector: Float32Array, other: Float32Array | undefined, factor: number): void {
  if (other === undefined) return;
  for (let at = 0; at < dimension; at += 1) {
    vector[at] = (vector[at] ?? 0) + (other[at] ?? 0) * factor;
  }
}

function scaled(vector: Float32Array, length: number): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const factor = length / Math.sqrt(sum);
  return vector.map((value) => value * factor);
}
