/** Cosine similarities of the `k` vectors nearest to each query, exactly: each is compared with every query, as it comes. */
export class Nearest {
  readonly #queries: readonly Float32Array[];
  readonly #k: number;
  readonly #best: number[][];

  constructor(queries: readonly Float32Array[], k: number) {
    this.#queries = queries;
    this.#k = k;
    this.#best = queries.map(() => []);
  }

  /** Takes a unit vector. */
  see(vector: Float32Array): void {
    for (const [at, query] of this.#queries.entries()) {
      const score = dot(query, vector);
      const best = this.#best[at] ?? [];
      if (best.length === this.#k && score <= (best.at(-1) ?? -1)) continue;
      const place = best.findIndex((one) => one < score);
      best.splice(place < 0 ? best.length : place, 0, score);
      if (best.length > this.#k) best.pop();
    }
  }

  /** Best first, of each query. */
  scores(): readonly (readonly number[])[] {
    return this.#best;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
