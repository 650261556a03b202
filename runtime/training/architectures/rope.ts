import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { Rope } from './model-config.ts';

/** Radians per position for each of a head's frequencies (Su et al. 2021). */
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

/** What a scaling of frequencies divides each of them by, as `rope_freqs.weight` of GGUF files states it. */
export function ropeDivisors(rope: Rope, headWidth: number): Float32Array {
  const plain = frequencies({ ...rope, scaling: { kind: 'none' } }, headWidth);
  const scaled = frequencies(rope, headWidth);
  return Float32Array.from(plain, (rate, i) => rate / (scaled[i] ?? rate));
}

/** The rotation of heads at the positions of a batch. */
export interface Rotation {
  /** For each pair of a head's numbers, [batch · length, head/2]. */
  readonly cosine: Value;
  readonly sine: Value;
  /** Pairs are neighbours, 2i and 2i + 1; else i and i + head/2. */
  readonly paired: boolean;
}

interface Heads {
  readonly rope: Rope;
  readonly headWidth: number;
  readonly paired: boolean;
}

export function rotationAt(b: Builder, positions: Value, heads: Heads): Rotation {
  const [batch = 1, length = 1] = positions.shape;
  const places = b.reshape(positions, [batch * length]);
  const rates = frequencies(heads.rope, heads.headWidth);
  // Packed rows restart their positions, so none reaches the row's length.
  const table = (f: (angle: number) => number): Value => {
    const data = Float32Array.from({ length: length * rates.length }, (_, at) =>
      f(Math.floor(at / rates.length) * (rates[at % rates.length] ?? 0)),
    );
    return b.gather(b.constant(data, [length, rates.length]), places);
  };
  return b.scope('rope', () => ({
    cosine: table(Math.cos),
    sine: table(Math.sin),
    paired: heads.paired,
  }));
}

/** Rotates [batch, length, heads, head]. */
export function rotate(b: Builder, x: Value, { cosine, sine, paired }: Rotation): Value {
  return b.apply({ kind: 'rotate', paired, back: false }, x, cosine, sine);
}
