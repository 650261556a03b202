/**
 * SplitMix32 (Steele et al. 2014): pseudorandom numbers, equal on every machine. Its whole state is one integer, so
 * that a checkpoint can hold it.
 */
export class Random {
  #current: number;

  constructor(seed: number) {
    this.#current = seed >>> 0;
  }

  get state(): number {
    return this.#current;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#current = (this.#current + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(this.#current ^ (this.#current >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Box and Muller; mean 0, deviation 1. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Shuffles the items (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      const [left, right] = [result[i], result[j]];
      if (left !== undefined && right !== undefined) [result[i], result[j]] = [right, left];
    }
    return result;
  }
}

/** A separate seed for each named thing: FNV-1a of the name, mixed with the seed. */
export function seedFor(name: string, seed: number): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    value = Math.imul(value ^ byte, 0x01000193);
  }
  return (value ^ seed) >>> 0;
}
