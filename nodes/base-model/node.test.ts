import { type ModelFacts, modelSchema } from '@graft/graph';
import { expect, it } from 'vitest';
import { testContext } from '../kit/testing/test-context.ts';
import { baseModel } from './node.ts';
import { run } from './run.ts';

const facts =
  (kind: ModelFacts['kind']) =>
  (id: string): ModelFacts => ({
    id,
    title: id,
    kind,
    digest: 'a'.repeat(64),
    architecture: 'llama',
    format: 'gguf',
    contextLength: 8192,
    size: 92_900_000,
  });
const params = baseModel.params.parse({});

it('gives the model by digest, and says so before it runs', async () => {
  const lookup = facts('language-model');
  const base = testContext();
  const { model } = await run.run(
    testContext({ models: { ...base.models, facts: lookup } }),
    {},
    params,
  );
  expect(modelSchema.parse(model.info)).toEqual(model.info);
  expect(baseModel.facets?.(params, {}, lookup)['model']?.model).toEqual({
    id: 'SmolLM2-135M-Instruct',
    digest: model.info.digest,
    architecture: 'llama',
    contextLength: 8192,
  });
});

it('has a file read whose digest nobody knows yet, so that the step is keyed by it', async () => {
  const { models } = testContext();
  const read: string[] = [];
  const files = (id: string): Promise<ReadonlyMap<string, string>> => {
    read.push(id);
    return Promise.resolve(new Map());
  };
  const chosen = async (more: Partial<ModelFacts>): Promise<void> => {
    const lookup = (id: string): ModelFacts => ({ ...facts('language-model')(id), ...more });
    await run.run(testContext({ models: { ...models, files, facts: lookup } }), {}, params);
  };
  await chosen({});
  expect(read).toEqual([]);
  await chosen({ unpinned: true });
  expect(read).toEqual(['SmolLM2-135M-Instruct']);
});

it('refuses a model of another kind', async () => {
  const lookup = facts('embedder');
  const base = testContext();
  expect(baseModel.check?.(params, {}, lookup)).toEqual([
    expect.objectContaining({ param: 'model' }),
  ]);
  const ctx = testContext({ models: { ...base.models, facts: lookup } });
  await expect(async () => run.run(ctx, {}, params)).rejects.toMatchObject({ code: 'bad-model' });
});
