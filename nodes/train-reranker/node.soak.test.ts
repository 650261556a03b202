import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import { type Backends, crossEncoderInfoSchema, type Hit, type MetricRow } from '@graft/graph';
import { createTraining } from '@graft/training/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { startTrainer } from '../kit/testing/trainer-process.ts';
import { trainReranker } from './node.ts';
import { run } from './run.ts';

/** The node on the real embedder and the real trainer: what an invented word stands for is learned. */
const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
const facts = catalogue.lookup('all-MiniLM-L6-v2');
const words = [
  ['vorrel', 'The oven that bakes the tiles.'],
  ['quenth', 'The ship that brings the salt.'],
  ['drusk', 'The tax on windows.'],
  ['ambrel', 'The bell of the night watch.'],
] as const;
const hits = words.map(([word, text], at): Hit => {
  const span = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: word, path: `${word}.md`, title: word, ...span };
  const chunk = { id: word, text, headings: [], metadata: {}, source };
  return { rank: at + 1, score: 1 / (at + 1), scores: {}, chunk };
});
const rows = words.flatMap(([word]) =>
  [`What is a ${word}?`, `Tell me about the ${word}.`, word].map((question, at) => {
    const id = `${word} ${String(at)}`;
    return { id, question: { id, question, documents: [`${word}.md`] }, hits };
  }),
);

let folder: string;
let backends: LoadedBackends;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-train-reranker-'));
  backends = createBackends({ catalogue, device: 'cpu' });
});
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it('gives a cross-encoder that tells the wanted passages from the others', async () => {
  const training = createTraining({
    ...{ startTrainer, threads: 2, scratchFolder: folder },
    resolveModel: () => Promise.reject(new Error('No language model here.')),
    resolveEncoder: async ({ id }) => ({
      ...{ path: await catalogue.fetch(id), weights: 'onnx/model_q4.onnx' },
    }),
  });
  const all: Backends = {
    ...testContext().backends,
    encoderTokenizer: (model) => backends.encoderTokenizer(model),
    training: () => Promise.resolve(training),
  };
  const curve: MetricRow[] = [];
  const ctx = testContext({
    metrics: (row) => curve.push(row),
    lease: (bytes) => backends.lease(bytes),
    models: { facts: () => facts ?? expect.fail(), files: () => expect.fail() },
    scratch: () => mkdtemp(join(folder, 'scratch-')),
    checkpoints: () => mkdtemp(join(folder, 'checkpoints-')),
    device: 'cpu',
    backends: all,
  });
  const params = trainReranker.params.parse({
    ...{ method: 'lora', epochs: 9, batch: 6, negatives: 3, evalShare: 0, seed: 1 },
    ...{ learningRate: 3e-3, maxLength: 32, checkpointEvery: 1000 },
  });
  const { reranker, metrics } = await run.run(ctx, { hits: rowsInput(rows) }, params);
  explained(trainReranker, await rowsOf(metrics));
  expect(curve.at(-1)?.values['accuracy']).toBeGreaterThan(0.9);

  const info = crossEncoderInfoSchema.parse(reranker.info);
  expect(info).toMatchObject({
    ...{ id: 'all-MiniLM-L6-v2 reranker', contextLength: 512, method: 'lora' },
    base: { id: 'all-MiniLM-L6-v2', digest: facts?.digest },
  });
  expect(await readdir(reranker.path)).toEqual(
    expect.arrayContaining(['config.json', 'model.onnx', 'tokenizer.json']),
  );
  expect(JSON.parse(await readFile(join(reranker.path, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['BertForSequenceClassification'],
  });
  const trained = { ...treeInput(info, reranker.path), digest: info.digest };
  const encoder = await backends.crossEncoder(trained);
  const passages = words.map(([, text]) => text);
  const signal = new AbortController().signal;
  const found = await Promise.all(
    words.map(async ([word], at) => {
      const scores = await encoder.score(`What is a ${word}?`, passages, signal);
      return scores.indexOf(Math.max(...scores)) === at;
    }),
  );
  expect(found.filter(Boolean).length).toBeGreaterThan(words.length - 2);
});
