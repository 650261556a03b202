import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { Rope } from './model-config.ts';

/** Radians per position of each of the head's frequencies (Su et al. 2021). */
function frequencies(rope: Rope, headWidth: number): Float64Array {
  return Float64Array.from({ length: headWidth / 2 }, (_, i) => {
    const plain = rope.base ** ((-2 * i) / headWidth);
    const { scaling } = rope;
    switch (scaling.kind) {
      case 'none':
        return plain;
      case 'linear':
        return plain / scaling.factor;
      case 'divisors':
        return plain / (scaling.divisors[i] ?? 1);
      case 'llama3': {
        const { factor, lowFactor, highFactor, originalContext } = scaling;
        const turns = (originalContext * plain) / (2 * Math.PI);
        if (turns < lowFactor) return plain / factor;
        if (turns > highFactor) return plain;
        const ramp = (turns - lowFactor) / (highFactor - lowFactor);
        return ((1 - ramp) * plain) / factor + ramp * plain;
      }
    }
  });
}

/** What rotates heads at the positions of a batch. */
export interface Rotation {
  /** At each place of the head, [batch, length, 1, head]. */
  readonly cosine: Value;
  readonly sine: Value;
  /** [head, head]: a head times this is its quarter turn, where each pair (x, y) becomes (−y, x). */
  readonly quarterTurn: Value;
}

interface Heads {
  readonly rope: Rope;
  readonly headWidth: number;
  /** The pairs are neighbours, 2i and 2i + 1; else i and i + head/2. */
  readonly paired: boolean;
}

export function rotationAt(b: Builder, positions: Value, heads: Heads): Rotation {
  const { headWidth, paired } = heads;
  const [batch = 1, length = 1] = positions.shape;
  const rates = frequencies(heads.rope, headWidth);
  const rateAt = (place: number): number =>
    rates[paired ? Math.floor(place / 2) : place % rates.length] ?? 0;
  // Packed rows restart their positions, so none reaches the length of the row.
  const table = (f: (angle: number) => number): Value => {
    const data = Float32Array.from({ length: length * headWidth }, (_, at) =>
      f(Math.floor(at / headWidth) * rateAt(at % headWidth)),
    );
    const rows = b.gather(b.constant(data, [length, headWidth]), positions);
    return b.reshape(rows, [batch, length, 1, headWidth]);
  };
  return b.scope('rope', () => ({
    cosine: table(Math.cos),
    sine: table(Math.sin),
    quarterTurn: b.constant(quarterTurn(heads), [headWidth, headWidth]),
  }));
}

/**
 * Rotates [batch, length, heads, head]. The quarter turn is an exact product with zeros and ones, which is quicker than
 * to take pairs apart and put them together.
 */
export function rotate(b: Builder, x: Value, { cosine, sine, quarterTurn }: Rotation): Value {
  return b.add(b.mul(x, cosine), b.mul(b.matmul(x, quarterTurn), sine));
}

function quarterTurn({ headWidth, paired }: Heads): Float32Array {
  const matrix = new Float32Array(headWidth * headWidth);
  for (let i = 0; i < headWidth / 2; i++) {
    const [x, y] = paired ? [2 * i, 2 * i + 1] : [i, i + headWidth / 2];
    matrix[y * headWidth + x] = -1;
    matrix[x * headWidth + y] = 1;
  }
  return matrix;
}
