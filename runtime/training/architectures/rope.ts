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

/** Cosines and sines at the given positions: each [batch, length, 1, head/2]. */
export interface Rotation {
  readonly cosine: Value;
  readonly sine: Value;
}

export function rotationAt(
  b: Builder,
  positions: Value,
  given: { readonly rope: Rope; readonly headWidth: number },
): Rotation {
  const [batch = 1, length = 1] = positions.shape;
  const rates = frequencies(given.rope, given.headWidth);
  // Packed rows restart their positions, so none reaches the length of the row.
  const table = (f: (angle: number) => number): Value => {
    const data = Float32Array.from({ length: length * rates.length }, (_, i) =>
      f(Math.floor(i / rates.length) * (rates[i % rates.length] ?? 0)),
    );
    const rows = b.gather(b.constant(data, [length, rates.length]), positions);
    return b.reshape(rows, [batch, length, 1, rates.length]);
  };
  return b.scope('rope', () => ({ cosine: table(Math.cos), sine: table(Math.sin) }));
}

/** Rotates [batch, length, heads, head], pairing i with i + head/2. */
export function rotate(b: Builder, x: Value, { cosine, sine }: Rotation): Value {
  const head = x.shape.at(-1) ?? 0;
  const first = b.slice(x, { axis: -1, start: 0, end: head / 2 });
  const second = b.slice(x, { axis: -1, start: head / 2, end: head });
  return b.concat(
    [
      b.sub(b.mul(first, cosine), b.mul(second, sine)),
      b.add(b.mul(second, cosine), b.mul(first, sine)),
    ],
    -1,
  );
}
