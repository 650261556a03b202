import type { EmbeddingMap } from '@graft/graph';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Free pixels around a map, so that no point is clipped. */
const margin = 10;
/** Pixels of a grid cell for finding points. */
const cell = 24;

/** Pixels from the centre of a mark that still hit it. */
const mark = 6;

/** Screen positions of a map's points, and which are near. */
export class EmbeddingPlaces {
  readonly spots: readonly Spot[];
  readonly #cells = new Map<string, number[]>();
  readonly #front: number;

  /** Points from `front` on are marks drawn in front of all others. */
  constructor(
    { places }: Pick<EmbeddingMap, 'places'>,
    { front = Infinity, ...size }: { width: number; height: number; front?: number },
  ) {
    this.#front = front;
    const [halfWidth, halfHeight] = [size.width / 2, size.height / 2];
    this.spots = Array.from({ length: places.length / 2 }, (_, at) => ({
      x: halfWidth + (places[2 * at] ?? 0) * (halfWidth - margin),
      y: halfHeight - (places[2 * at + 1] ?? 0) * (halfHeight - margin),
    }));
    for (const [at, spot] of this.spots.entries()) {
      const key = cellOf(spot);
      const known = this.#cells.get(key);
      if (known === undefined) this.#cells.set(key, [at]);
      else known.push(at);
    }
  }

  /** The mark at a position, else the nearest point within a few pixels. */
  near(to: Spot): number | undefined {
    return (
      this.#nearest(to, { reach: mark, from: this.#front }) ??
      this.#nearest(to, { reach: cell / 2, from: 0 })
    );
  }

  #nearest(to: Spot, { reach, from }: { reach: number; from: number }): number | undefined {
    let nearest: number | undefined;
    let least = reach ** 2;
    for (const x of [to.x - cell, to.x, to.x + cell])
      for (const y of [to.y - cell, to.y, to.y + cell])
        for (const at of this.#cells.get(cellOf({ x, y })) ?? []) {
          const far = squared(this.spots[at], to);
          if (at < from || far >= least) continue;
          least = far;
          nearest = at;
        }
    return nearest;
  }

  /** The next point in a direction along one axis: the nearest that lies more that way than sideways. */
  towards(from: number, direction: Spot): number | undefined {
    const start = this.spots[from];
    let nearest: number | undefined;
    let least = Infinity;
    for (const [at, spot] of this.spots.entries()) {
      if (start === undefined || at === from) continue;
      const [x, y] = [spot.x - start.x, spot.y - start.y];
      const ahead = x * direction.x + y * direction.y;
      const aside = Math.abs(x * direction.y) + Math.abs(y * direction.x);
      if (ahead <= 0 || aside > ahead || squared(spot, start) >= least) continue;
      least = squared(spot, start);
      nearest = at;
    }
    return nearest;
  }

  /** The points within a closed outline. */
  within(line: readonly Spot[]): number[] {
    return this.spots.flatMap((spot, at) => (isWithin(spot, line) ? [at] : []));
  }
}

const cellOf = ({ x, y }: Spot): string =>
  `${String(Math.floor(x / cell))} ${String(Math.floor(y / cell))}`;

function squared(a: Spot | undefined, b: Spot): number {
  return a === undefined ? Infinity : (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}

/** Whether a ray from it crosses the outline an odd number of times. */
function isWithin({ x, y }: Spot, line: readonly Spot[]): boolean {
  let inside = false;
  for (const [at, a] of line.entries()) {
    const b = line[(at + 1) % line.length] ?? a;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
