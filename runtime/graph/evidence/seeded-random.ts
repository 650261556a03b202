import { byCodeUnit } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

/** A seeded generator of 32 random bits (sfc32), identical on every machine. */
export class SeededRandom {
  #a: number;
  #b = 0x9e3779b9 | 0;
  #c = 0x243f6a88 | 0;
  #counter = 1;

  /** `seed`: an integer; only its low 32 bits count. */
  constructor(seed: number) {
    this.#a = seed | 0;
    // Neighbouring seeds diverge within a few rounds.
    for (let round = 0; round < 16; round += 1) this.bits();
  }

  /** An integer in [−2³¹, 2³¹). */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  /** A number in [0, 1), of 32 bits. */
  uniform(): number {
    return (this.bits() >>> 0) / 2 ** 32;
  }

  /** An integer in [0, `below`), `below` ≤ 2³²; its bias is below `below` / 2³². */
  index(below: number): number {
    return Math.floor(this.uniform() * below);
  }
}

/**
 * Orders ids by a hash of seed and id, without repetitions. The order depends neither on the input order nor on other
 * ids, so that the first n are a sample, and a smaller n gives a subset.
 */
export function seededOrder(ids: Iterable<string>, seed: number): string[] {
  const places = new Map<string, string>();
  for (const id of ids) if (!places.has(id)) places.set(id, sha256(`${seed}:${id}`));
  return [...places.keys()].sort((a, b) => byCodeUnit(places.get(a) ?? '', places.get(b) ?? ''));
}
