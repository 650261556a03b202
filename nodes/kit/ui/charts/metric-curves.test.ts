import type { MetricRow } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { curvePanels, lastValue, smoothed } from './metric-curves.ts';

const train = (step: number, loss: number): MetricRow => ({
  series: 'train',
  step,
  values: { norm: 0.5, loss, tokens: 10 * step, eta: 3 },
});

describe('curvePanels', () => {
  it('draws each value over all steps that any series has, known values first', () => {
    const panels = curvePanels([
      { series: 'eval', step: 2, values: { loss: 9, margin: 1 } },
      train(1, 4),
      train(3, 2),
      { series: 'summary', label: 'best', values: { loss: 9 } },
    ]);
    expect(panels.map(({ name, title }) => [name, title])).toEqual([
      ['loss', 'Loss'],
      ['norm', 'Gradient norm'],
      ['margin', 'Margin'],
    ]);
    expect(panels[0]).toMatchObject({
      steps: [1, 2, 3],
      curves: [
        { series: 'train', values: [4, null, 2] },
        { series: 'eval', values: [null, 9, null] },
      ],
    });
  });

  it('takes the later row of a step that was computed again after a resume', () => {
    const [loss] = curvePanels([train(1, 4), train(2, 3), train(2, 2.5), train(3, 2)]);
    expect(loss?.curves[0]?.values).toEqual([4, 2.5, 2]);
  });

  it('ends a curve where the loss is no number any more', () => {
    const [loss] = curvePanels([train(1, 4), train(2, Number.NaN)]);
    expect(loss?.curves[0]?.values).toEqual([4, null]);
  });
});

describe('smoothed', () => {
  it('leaves a short curve alone and a constant one as it is', () => {
    expect(smoothed(Array<number>(10).fill(2))).toBeUndefined();
    for (const value of smoothed(Array<number>(100).fill(2)) ?? []) expect(value).toBeCloseTo(2);
  });

  it('keeps gaps, and takes most of the noise away', () => {
    const noisy = Array.from({ length: 200 }, (_, at) => (at === 50 ? null : at % 2));
    const even = smoothed(noisy) ?? [];
    expect(even[50]).toBeNull();
    for (const value of even.slice(20, -20)) {
      if (value !== null) expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
    }
  });
});

it('smooths without lagging behind a slope', () => {
  const even = smoothed(Array.from({ length: 200 }, (_, at) => at)) ?? [];
  for (const at of [60, 100, 140]) expect(even[at]).toBeCloseTo(at, 0);
});

it('finds the newest value', () => {
  expect(lastValue([1, null, 3, null])).toBe(2);
  expect(lastValue([1, null, 3, null], 1)).toBe(0);
  expect(lastValue([null])).toBe(-1);
});
