import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelSchema } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeInput } from '../kit/testing/test-context.ts';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { mergeIntoModel } from './node.ts';
import { run } from './run.ts';

const parse = (params: object = {}) => mergeIntoModel.params.parse(params);

it('says what the model is, but not its digest: its weights are yet to be made', () => {
  const model = { id: 'm', digest: 'd', architecture: 'llama', contextLength: 64 };
  expect(mergeIntoModel.facets?.(parse(), { model: { model } }, () => undefined)).toEqual({
    model: { model: { id: 'm merged', architecture: 'llama', contextLength: 64 } },
  });
});

describe('run', () => {
  let tiny: TinyTraining;
  beforeAll(async () => {
    tiny = await TinyTraining.open();
  });
  afterAll(() => tiny[Symbol.asyncDispose]());

  it('gives a model with weights of its own', async () => {
    const adapters = [await tiny.adapter('one')];
    const merge = async (params: object) => {
      const inputs = { model: tiny.model, adapters };
      const { model } = await run.run(tiny.context(), inputs, parse(params));
      const info = modelSchema.parse(model.info);
      return { info, size: (await stat(join(model.path, info.weights ?? ''))).size };
    };
    const [half, eighth, off] = [
      await merge({}),
      await merge({ encoding: 'q8_0' }),
      await merge({ weights: [0] }),
    ];
    expect(half.info).toMatchObject({ id: 'tiny + one', contextLength: 64, format: 'gguf' });
    expect(eighth.size).toBeLessThan(0.7 * half.size);
    expect(new Set([half, eighth, off].map(({ info }) => info.digest)).size).toBe(3);
    await expect(merge({ weights: [1, 1] })).rejects.toMatchObject({
      location: { node: 'node-1', param: 'weights' },
    });
  });

  it('refuses another format, and an adapter of other weights', async () => {
    const adapters = [await tiny.adapter('one')];
    const merge = (change: object) => {
      const model = treeInput(modelSchema.parse({ ...tiny.model.info, ...change }), '');
      return run.run(tiny.context(), { model, adapters }, parse());
    };
    await expect(merge({ format: 'onnx' })).rejects.toMatchObject({
      code: 'bad-model',
      location: { node: 'node-1', port: 'model' },
    });
    await expect(merge({ digest: 'b' })).rejects.toMatchObject({
      code: 'facet-mismatch',
      location: { node: 'node-1', port: 'adapters' },
    });
  });
});
