import {
  type Example,
  modelSchema,
  type Training,
  type TrainingRequest,
  type TrainingResult,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { SmallTokenizer } from '../kit/testing/small-tokenizer.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { fineTune } from './node.ts';
import { run } from './run.ts';

const params = fineTune.params.parse({ epochs: 2 });
const facet = { id: 'm', digest: 'd', architecture: 'llama', contextLength: 2048 };

it('says what the model is, but not its digest: its weights are yet to be made', () => {
  expect(fineTune.facets?.(params, { model: { model: facet } }, () => undefined)).toEqual({
    model: { model: { id: 'm fine-tuned', architecture: 'llama', contextLength: 2048 } },
  });
});

it('refuses an architecture that cannot be trained', () => {
  const model = { ...facet, architecture: 'mamba' };
  expect(fineTune.check?.(params, { model: { model } }, () => undefined)).toEqual([
    { port: 'model', message: expect.stringContaining('"mamba", which Graft cannot train') },
  ]);
});

/** Takes a request and gives the model back as if it had been trained. */
class KeptRequest implements Pick<Training, 'train'> {
  request: TrainingRequest | undefined;
  train(request: TrainingRequest): Promise<TrainingResult> {
    this.request = request;
    const model = modelSchema.parse({ ...facet, weights: 'model.gguf', format: 'gguf' });
    const digests = { baseBefore: 'a', baseAfter: 'a' };
    return Promise.resolve({ metrics: [], trainable: 10, total: 10, ...digests, model });
  }
}

it('asks for all weights, and warns of the memory', async () => {
  const kept = new KeptRequest();
  const logged: string[] = [];
  await using tiny = await TinyTraining.open();
  const { backends } = testContext();
  const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;
  const ctx = tiny.context({
    log: (level, message) => logged.push(`${level}: ${message}`),
    lease: (bytes) => Promise.resolve({ device, bytes, [Symbol.dispose]: () => undefined }),
    backends: {
      ...backends,
      tokenizer: () => Promise.resolve(new SmallTokenizer()),
      training: () =>
        Promise.resolve({ ...tiny.training, train: (request) => kept.train(request) }),
    },
  });
  const example: Example = {
    ...{ id: 'a:1', path: 'a', row: 1, split: 'train', kind: 'text' },
    turns: [{ role: 'text', content: 'one two', trained: true }],
  };
  const inputs = {
    model: tiny.model,
    dataset: rowsInput([example]),
  };
  const { model, metrics } = await run.run(ctx, inputs, params);
  expect(kept.request).toMatchObject({ method: { kind: 'full' }, epochs: 2, learningRate: 2e-5 });
  expect(model).toMatchObject({ path: kept.request?.folder, info: { weights: 'model.gguf' } });
  expect(explained(fineTune, await rowsOf(metrics))).toEqual([
    expect.objectContaining({ series: 'summary' }),
  ]);
  expect(logged).toContainEqual(
    expect.stringMatching(/^warning: Training all weights .* 16 bytes/),
  );
});
