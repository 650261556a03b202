import { describe, expect, it } from 'vitest';
import { AdamW, clipFactor, gradientNorm } from './adamw.ts';
import { Random, seedFor } from './random.ts';
import { rateAt } from './schedule.ts';

const start = (): Map<string, Float32Array> => new Map([['w', Float32Array.of(1, -2, 0.5)]]);
const gradientAt = (step: number): Map<string, Float32Array> =>
  new Map([['w', Float32Array.of(0.1 * step, -0.2, 0.3 / (step + 1))]]);

describe('AdamW', () => {
  it('takes the step that the paper defines', () => {
    const parameters = start();
    new AdamW(parameters, { weightDecay: 0.1 }).update(
      new Map([['w', Float32Array.of(1, -1, 0)]]),
      0.01,
    );
    // First step: m/√v is the gradient's sign; decay shrinks by 0.001.
    expect(parameters.get('w')?.[0]).toBeCloseTo(1 * 0.999 - 0.01, 6);
    expect(parameters.get('w')?.[1]).toBeCloseTo(-2 * 0.999 + 0.01, 6);
    expect(parameters.get('w')?.[2]).toBeCloseTo(0.5 * 0.999, 6);
  });

  it('continues from a saved state bit for bit', () => {
    const straight = start();
    const optimizer = new AdamW(straight);
    for (let step = 0; step < 5; step++) optimizer.update(gradientAt(step), 0.01);
    const saved = structuredClone(optimizer.state);
    const resumed = structuredClone(straight);
    for (let step = 5; step < 10; step++) optimizer.update(gradientAt(step), 0.01);
    const second = new AdamW(resumed);
    second.restore(saved);
    for (let step = 5; step < 10; step++) second.update(gradientAt(step), 0.01);
    expect(resumed).toEqual(straight);
  });

  it('refuses the state of other parameters and a missing gradient', () => {
    const other = new AdamW(new Map([['v', new Float32Array(3)]]));
    const optimizer = new AdamW(start());
    expect(() => optimizer.restore(other.state)).toThrow(/other parameters/);
    expect(() => optimizer.update(new Map(), 0.01)).toThrow(/"w" has 3/);
  });

  it('multiplies the rate of chosen parameters', () => {
    const parameters = start();
    const factor = { rateFactor: () => 16, weightDecay: 0 };
    new AdamW(parameters, factor).update(new Map([['w', Float32Array.of(1, 1, 1)]]), 0.01);
    expect(parameters.get('w')?.[0]).toBeCloseTo(1 - 0.16, 5);
  });

  it('decays chosen parameters only', () => {
    const parameters = new Map([...start(), ['gain', Float32Array.of(1)]]);
    const still = new Map([...parameters].map(([name, x]) => [name, new Float32Array(x.length)]));
    new AdamW(parameters, { weightDecay: 0.5, decays: (name) => name === 'w' }).update(still, 0.1);
    expect(parameters.get('w')?.[0]).toBeCloseTo(0.95, 6);
    expect(parameters.get('gain')?.[0]).toBe(1);
  });
});

describe('clipping', () => {
  it('counts all gradients as one vector', () => {
    const gradients = new Map([
      ['a', Float32Array.of(1, 2, 3, 4, 5)],
      ['b', Float32Array.of(-6, 7)],
    ]);
    expect(gradientNorm(gradients)).toBeCloseTo(Math.sqrt(140), 12);
  });

  it('shrinks to the limit, and only above it', () => {
    expect(clipFactor(5, 10)).toBe(1);
    expect(clipFactor(5, 1)).toBeCloseTo(0.2, 6);
  });

  it('makes the step that gradients shrunk beforehand make', () => {
    const [shrunk, clipped] = [start(), start()];
    for (const [parameters, factor] of [
      [shrunk, 1],
      [clipped, 0.5],
    ] as const) {
      const own = factor === 1 ? 0.5 : 1;
      const optimizer = new AdamW(parameters);
      for (let step = 0; step < 3; step++) {
        const gradients = new Map(
          [...gradientAt(step)].map(([n, g]) => [n, g.map((x) => x * own)]),
        );
        optimizer.update(gradients, 0.01, factor);
      }
    }
    expect(clipped).toEqual(shrunk);
  });
});

describe('schedule', () => {
  it.each([
    ['cosine', 0.5],
    ['linear', 0.5],
    ['constant', 1],
  ] as const)('%s warms up, then moves', (kind, half) => {
    const schedule = { kind, rate: 2, warmup: 10, steps: 110 };
    expect(rateAt(schedule, 0)).toBe(0);
    expect(rateAt(schedule, 5)).toBe(1);
    expect(rateAt(schedule, 10)).toBe(2);
    expect(rateAt(schedule, 60)).toBeCloseTo(2 * half, 10);
  });
});

describe('random', () => {
  it('continues from its state', () => {
    const random = new Random(5);
    random.next();
    const copy = new Random(random.state);
    expect(copy.next()).toBe(random.next());
  });

  it('is uniform, normal and a permutation as asked', () => {
    const random = new Random(1);
    const uniform = Array.from({ length: 20_000 }, () => random.next());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(random.shuffled([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
    expect(seedFor('a', 1)).not.toBe(seedFor('b', 1));
  });
});
