import { metricRowSchema } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { compareAdapters } from './node.ts';
import { run } from './run.ts';

let tiny: TinyTraining;
beforeAll(async () => {
  tiny = await TinyTraining.open();
});
afterAll(() => tiny[Symbol.asyncDispose]());

it('compares module by module, and all together', async () => {
  const one = await tiny.adapter('one');
  const inputs = { one, other: await tiny.adapter('other', 2) };
  const { metrics } = await run.run(tiny.context(), inputs, compareAdapters.params.parse({}));
  const rows = explained(compareAdapters, metricRowSchema.array().parse(metrics));
  expect(rows.map(({ label }) => label)).toEqual([
    ...one.info.modules.map(({ path }) => path),
    undefined,
  ]);
  rows.slice(0, -1).forEach(({ values }, at) => {
    expect(values['norm']).toBeCloseTo(one.info.modules[at]?.norm ?? NaN, 5);
    expect(Math.abs(values['cosine'] ?? NaN)).toBeLessThan(1);
  });
  expect(rows.at(-1)?.series).toBe('summary');
});
