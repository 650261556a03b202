import { defineNode, implement, Questions, type Implementation } from '@graft/graph';
import { openWorkerHost } from '@graft/worker/host';
import { serveSteps } from '@graft/worker/serve-steps';
import { runEvaluationJob } from '@graft/training/testing';
import { z } from 'zod';

/** A worker process with the real engines, and node types that only load a model and use it a little. */
const plain = {
  version: 1,
  implementation: 1,
  group: 'sources',
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  lane: 'inference',
  engines: ['onnxruntime', 'llama.cpp'],
  inputs: {},
  outputs: { value: { type: Questions, doc: 'What came of it.' } },
  summary: () => [],
  migrations: [],
  params: z.strictObject({
    model: z.string().meta({ title: 'Model' }),
    digest: z.string().meta({ title: 'Digest' }),
    path: z.string().optional().meta({ title: 'File or folder' }),
  }),
} as const;

const use = (type: string) =>
  defineNode({ ...plain, type, title: type, doc: 'Loads a model and uses it.' });
const said = (text: string) => ({ value: [{ id: 'value', question: text }] });

const implementations: readonly Implementation[] = [
  implement(use('use-embedder'), async (ctx, _inputs, { model }) => {
    const embedder = await ctx.backends.embedder(model);
    const [vector] = await embedder.embed(['kiln'], ctx.signal);
    return said(String(vector));
  }),
  implement(use('use-language-model'), async (ctx, _inputs, { model, digest, path }) => {
    const source = { id: model, digest, ...(path === undefined ? {} : { path }) };
    const wanted = { contextLength: 48, parallel: 1 };
    const tokenizer = await ctx.backends.tokenizer(source);
    const counted = tokenizer.encode('the kiln').length;
    const loaded = await ctx.backends.languageModel(source, wanted);
    const { text } = await loaded.generate(
      {
        ...{ system: '', prompt: 'kiln', maxTokens: 3, stop: [], seed: 1 },
        ...{ temperature: 0, topK: 0, topP: 1, minP: 0, repeatPenalty: 1 },
      },
      { signal: ctx.signal },
    );
    return said(`${String(counted)} ${text}`);
  }),
  implement(use('use-base'), async (ctx, _inputs, { model, digest, path = '' }) => {
    const tokens = [1, 2, 3, 4, 5, 6];
    const [row] = await runEvaluationJob(
      {
        model: { id: model, digest, path },
        ...{ threads: 1, scratchFolder: await ctx.scratch(), device: 'cpu', adapters: [] },
        examples: [{ id: 'one', tokens, trained: tokens.map((_, at) => (at === 0 ? 0 : 1)) }],
      },
      { signal: ctx.signal, progress: () => undefined },
    );
    return said(String(row?.loss));
  }),
];

const byType = new Map(implementations.map((one) => [one.definition.type, one]));
serveSteps(async (options, outages) => ({
  ...(await openWorkerHost(options, outages)),
  implementation: (type) => Promise.resolve(byType.get(type)),
}));
