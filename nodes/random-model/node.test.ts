import { modelSchema } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { randomModel } from './node.ts';
import { run } from './run.ts';

const parse = (params: object = {}) => randomModel.params.parse(params);
const check = (params: object) => randomModel.check?.(parse(params), {}, () => undefined);

it('checks that heads share the width and the keys evenly', () => {
  expect(check({})).toEqual([]);
  expect(check({ width: 100, heads: 6 })).toEqual([
    { param: 'width', message: expect.stringContaining('a multiple of 12.') },
  ]);
  expect(check({ heads: 4, kvHeads: 3 })).toEqual([
    { param: 'kvHeads', message: expect.stringContaining('a divisor of 4.') },
  ]);
});

describe('run', () => {
  let tiny: TinyTraining;
  beforeAll(async () => {
    tiny = await TinyTraining.open();
  });
  afterAll(() => tiny[Symbol.asyncDispose]());

  it('gives the model that was foretold', async () => {
    const params = parse({ layers: 2, width: 32, heads: 2, kvHeads: 1, feedForward: 48 });
    const { model } = await run.run(tiny.context(), { like: tiny.model }, params);
    const { id, architecture, contextLength } = modelSchema.parse(model.info);
    const like = { id: 'tiny', architecture: 'llama', contextLength: 64 };
    expect(randomModel.facets?.(params, { like: { model: like } }, () => undefined)).toEqual({
      model: { model: { id, architecture, contextLength } },
    });
  });
});
