import { adapterInfoSchema, type PortFacets } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { mergeAdapters } from './node.ts';
import { run } from './run.ts';

const parse = (params: object = {}) => mergeAdapters.params.parse(params);

describe('check', () => {
  const check = (method: string, facets: PortFacets) =>
    mergeAdapters.check?.(parse({ method }), facets, () => undefined);

  it.each(['linear', 'ties', 'dare_linear', 'dare_ties', 'magnitude_prune'])(
    'refuses different ranks for %s',
    (method) => {
      expect(check(method, { adapters: { adapter: { ranks: [8, 16] } } })).toEqual([
        {
          param: 'method',
          message: expect.stringMatching(/these have 8 and 16\. Choose cat, svd/),
        },
      ]);
      expect(check(method, { adapters: { adapter: { rank: 8 } } })).toEqual([]);
      expect(check(method, {})).toEqual([]);
    },
  );

  it.each(['cat', 'svd', 'ties_svd'])('takes them for %s', (method) => {
    expect(check(method, { adapters: { adapter: { ranks: [8, 16] } } })).toEqual([]);
  });
});

it('says of the adapter what all of them share', () => {
  const adapter = { baseDigest: 'd', targets: ['q_proj'], ranks: [8, 16] };
  expect(mergeAdapters.facets?.(parse(), { adapters: { adapter } }, () => undefined)).toEqual({
    adapter: { adapter: { baseDigest: 'd', targets: ['q_proj'] } },
  });
});

describe('run', () => {
  let tiny: TinyTraining;
  beforeAll(async () => {
    tiny = await TinyTraining.open();
  });
  afterAll(() => tiny[Symbol.asyncDispose]());

  it('weighs adapters in the order of the edges', async () => {
    const adapters = [await tiny.adapter('one'), await tiny.adapter('two', 2)];
    const merge = async (weights: number[]) => {
      const { adapter } = await run.run(tiny.context(), { adapters }, parse({ weights }));
      return adapterInfoSchema.parse(adapter.info);
    };
    const [both, first] = [await merge([]), await merge([1, 0])];
    expect(both).toMatchObject({ id: 'cat of one + two', rank: 6 });
    first.modules.forEach(({ norm }, at) => {
      expect(norm).toBeCloseTo(adapters[0]?.info.modules[at]?.norm ?? NaN, 5);
      expect(norm).not.toBeCloseTo(both.modules[at]?.norm ?? NaN, 2);
    });
    await expect(merge([1, 1, 1])).rejects.toMatchObject({
      code: 'bad-param',
      location: { node: 'node-1', param: 'weights' },
    });
  });
});
