import { GraphError, noFile, planGraph, createRegistry, type ModelFacts } from '@graft/graph';
import { definitions } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import type { RecordedStart } from './graph-runs.ts';
import { ModelTrials } from './model-trials.ts';
import type { RunHandle } from './run-handle.ts';

const facts = {
  ...{ id: 'hf:o/small', title: 'Small', kind: 'language-model', format: 'gguf' },
  ...{ architecture: 'llama', digest: '1'.repeat(64), size: 1, contextLength: 200 },
} as const satisfies ModelFacts;
const models = new Map<string, ModelFacts>([
  [facts.id, facts],
  ['hf:o/embedder', { ...facts, id: 'hf:o/embedder', kind: 'embedder' }],
]);

/** What a trial would run, planned. */
async function planned(tried: Parameters<ModelTrials['start']>[0], prompt: string) {
  let plan: ReturnType<typeof planGraph> | undefined;
  let options: RecordedStart | undefined;
  const handle: RunHandle = {
    ...{ runId: 'r', drift: [], cancel: () => undefined },
    finished: new Promise(() => undefined),
  };
  const trials = new ModelTrials({
    models: {
      installed: async (id) => {
        const found = models.get(id);
        if (found === undefined) throw new GraphError('bad-model', `"${id}" is not downloaded.`);
        return found;
      },
    },
    runs: {
      startRecorded: async (graph, file, given) => {
        expect(file).toBe(noFile);
        options = given;
        plan = planGraph(graph, createRegistry(definitions), {
          models: (id) => models.get(id),
          file,
        });
        return handle;
      },
    },
  });
  await trials.start(tried, prompt);
  const params = (id: string): unknown => plan?.nodes.find((node) => node.id === id)?.params;
  return { params, options };
}

it('asks a model of this computer one prompt, greedily and within its context', async () => {
  const { params, options } = await planned({ id: facts.id }, ' Why is\nthe sky blue? ');
  expect(params('ask')).toMatchObject({ questions: 'Why is the sky blue?' });
  expect(params('model')).toEqual({ model: facts.id });
  expect(params('answer')).toMatchObject({
    ...{ system: '', temperature: 0, maxTokens: 100, context: 200 },
  });
  // No node of a file has what it gave.
  expect(options).toEqual({ origin: { scope: 'trial' }, set: {} });
});

it('asks a model of a server with its secret', async () => {
  const served = { url: 'http://127.0.0.1:1234/v1', model: 'qwen' };
  const { params } = await planned({ ...served, secret: 'KEY' }, 'Hello');
  expect(params('model')).toMatchObject({ ...served, key: { $secret: 'KEY' } });
  expect(params('answer')).toMatchObject({ maxTokens: 120 });
  expect((await planned(served, 'Hello')).params('model')).toMatchObject({ key: null });
});

it('refuses a model that is not here and one that answers nothing', async () => {
  await expect(planned({ id: 'hf:o/absent' }, 'Hello')).rejects.toThrow('is not downloaded');
  await expect(planned({ id: 'hf:o/embedder' }, 'Hello')).rejects.toThrow('not a language model');
});
