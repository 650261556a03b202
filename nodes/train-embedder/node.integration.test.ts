import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import { type Embedder, embedderInfoSchema, type MetricRow, type RunContext } from '@graft/graph';
import { createTraining } from '@graft/training/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { startTrainer } from '../kit/testing/trainer-process.ts';
import { trainEmbedder } from './node.ts';
import { run } from './run.ts';

/** The node on the real embedder and the real trainer: what an invented word stands for is learned. */
const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
const facts = catalogue.lookup('all-MiniLM-L6-v2');
const signal = new AbortController().signal;
/** Words that mean nothing, and what they are to stand for. */
const words = [
  ['vorrel', 'The oven that bakes the tiles.'],
  ['quenth', 'The ship that brings the salt.'],
  ['drusk', 'The tax on windows.'],
  ['ambrel', 'The bell of the night watch.'],
  ['tiffen', 'The bridge over the northern brook.'],
  ['sorrag', 'The feast after the harvest.'],
  ['melth', 'The coat of the ferrymen.'],
  ['ganter', 'The key to the archive.'],
] as const;
const path = (word: string): string => `${word}.md`;
const questions = words.flatMap(([word]) =>
  [`What is a ${word}?`, `Tell me about the ${word}.`, `${word}`].map((question, at) => ({
    ...{ id: `${word} ${at}`, question, documents: [path(word)] },
  })),
);
const chunks = words.map(([word, text]) => ({
  ...{ id: word, text, headings: [], metadata: {} },
  source: {
    ...{ documentId: path(word), path: path(word), title: word, start: 0, end: text.length },
    ...{ firstLine: 1, lastLine: 1 },
  },
}));

let folder: string;
let backends: LoadedBackends;
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-train-embedder-'));
  backends = createBackends({ catalogue, device: 'cpu' });
});
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function context(checkpoints: string, parts: Partial<RunContext> = {}): RunContext {
  const training = createTraining({
    ...{ startTrainer, threads: 2, scratchFolder: folder },
    resolveModel: () => Promise.reject(new Error('No language model here.')),
    resolveEncoder: async ({ id }) => ({
      ...{ path: await catalogue.fetch(id), weights: 'onnx/model_q4.onnx' },
    }),
  });
  return testContext({
    log: (_level, message) => log.push(message),
    lease: (bytes) => backends.lease(bytes),
    models: { facts: () => facts ?? expect.fail(), files: () => expect.fail() },
    scratch: () => mkdtemp(join(folder, 'scratch-')),
    checkpoints: () => Promise.resolve(checkpoints),
    device: 'cpu',
    backends: {
      ...testContext().backends,
      embedder: (model, use) => backends.embedder(model, use),
      encoderTokenizer: (model) => backends.encoderTokenizer(model),
      training: () => Promise.resolve(training),
    },
    ...parts,
  });
}

const params = trainEmbedder.params.parse({
  ...{ epochs: 8, batch: 8, negatives: 1, evalShare: 0, learningRate: 2e-3, seed: 1 },
  checkpointEvery: 4,
});
const inputs = { questions: rowsInput(questions), chunks: rowsInput(chunks) };

async function all<Row>(stream: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const list: Row[] = [];
  for await (const row of stream) list.push(row);
  return list;
}

/** Share of some questions whose own passage is the nearest. */
async function accuracy(
  asking: Embedder,
  {
    answering = asking,
    asked = questions,
  }: { answering?: Embedder; asked?: typeof questions } = {},
): Promise<number> {
  const texts = asked.map(({ question }) => question);
  const vectors = await asking.embed(texts, signal);
  const passages = await answering.embed(
    chunks.map(({ text }) => text),
    signal,
  );
  const right = asked.filter(({ documents }, at) => {
    const scores = passages.map((passage) =>
      passage.reduce((sum, value, place) => sum + value * (vectors[at]?.[place] ?? 0), 0),
    );
    return documents.includes(chunks[scores.indexOf(Math.max(...scores))]?.source.path ?? '');
  });
  return right.length / asked.length;
}

it('goes on where it was stopped, and gives an embedder that knows the words', async () => {
  const checkpoints = await mkdtemp(join(folder, 'checkpoints-'));
  const controller = new AbortController();
  const stopped = context(checkpoints, {
    signal: controller.signal,
    metrics: ({ step = 0 }) => {
      if (step === 6) controller.abort();
    },
  });
  await expect(run.run(stopped, inputs, params)).rejects.toMatchObject({ code: 'cancelled' });

  const rows: MetricRow[] = [];
  const ctx = context(checkpoints, { metrics: (row) => rows.push(row) });
  const { embedder, metrics } = await run.run(ctx, inputs, params);
  expect(log.join('\n')).toMatch(/Goes on from the checkpoint of step [4-9]/);
  expect(rows[0]?.step).toBeGreaterThan(4);
  const summary = explained(trainEmbedder, await all(metrics)).at(-1);
  expect(summary).toMatchObject({ series: 'summary', values: { rows: 24, steps: 24 } });

  const info = embedderInfoSchema.parse(embedder.info);
  expect(info).toMatchObject({
    ...{ id: 'all-MiniLM-L6-v2 tuned', dimension: 384, contextLength: 512, method: 'lora' },
    base: { id: 'all-MiniLM-L6-v2', digest: facts?.digest },
  });
  expect((await readdir(embedder.path)).sort()).toEqual([
    ...['config.json', 'model.onnx', 'special_tokens_map.json'],
    ...['tokenizer.json', 'tokenizer_config.json'],
  ]);
  expect(await accuracy(await backends.embedder('all-MiniLM-L6-v2'))).toBeLessThan(0.6);
  const trained = { ...treeInput(info, embedder.path), digest: info.digest };
  const tuned = await backends.embedder(trained, { texts: 'questions' });
  expect(await accuracy(tuned)).toBeGreaterThan(0.9);
});

it('gives a query adapter that maps questions alone, also those that it was not trained on', async () => {
  const checkpoints = await mkdtemp(join(folder, 'checkpoints-'));
  const held = questions.filter(({ id }) => id.endsWith('2'));
  const { embedder, metrics } = await run.run(
    context(checkpoints),
    { ...inputs, questions: rowsInput(questions.filter((one) => !held.includes(one))) },
    { ...params, method: 'query-adapter', epochs: 60 },
  );
  const info = embedderInfoSchema.parse(embedder.info);
  expect(info).toMatchObject({
    ...{ id: 'all-MiniLM-L6-v2 with a query adapter', dimension: 384, method: 'query-adapter' },
    ...{ base: { id: 'all-MiniLM-L6-v2', digest: facts?.digest }, contextLength: 512 },
  });
  expect((await readdir(embedder.path, { recursive: true })).sort()).toEqual([
    ...['2_Dense', '2_Dense/config.json', '2_Dense/model.safetensors'],
  ]);
  const summary = (await all(metrics)).at(-1);
  expect(summary).toMatchObject({ series: 'summary', values: { rows: 16, trainable: 384 * 384 } });
  const trained = { ...treeInput(info, embedder.path), digest: info.digest };
  const [base, asking, answering] = [
    await backends.embedder('all-MiniLM-L6-v2'),
    await backends.embedder(trained, { texts: 'questions' }),
    await backends.embedder(trained, { texts: 'passages' }),
  ];
  const texts = chunks.map(({ text }) => text);
  expect(await answering.embed(texts, signal)).toEqual(await base.embed(texts, signal));
  expect(await asking.embed(texts, signal)).not.toEqual(await base.embed(texts, signal));
  const before = await accuracy(base, { asked: held });
  const after = await accuracy(asking, { answering, asked: held });
  expect(after).toBeGreaterThan(before + 0.3);
});
