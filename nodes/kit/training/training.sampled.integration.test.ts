import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  adapterGguf,
  adapterInfoSchema,
  type Example,
  type MetricRow,
  type RunContext,
  type TokenRow,
  type TreeOutput,
  type AdapterInfo,
} from '@graft/graph';
import { createTraining } from '@graft/training/service';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { run as loadDataset } from '../../load-dataset/run.ts';
import { run as choose } from '../../multiple-choice/run.ts';
import { run as measure } from '../../perplexity/run.ts';
import { sourceFile, rowsInput, testContext, treeInput } from '../testing/test-context.ts';
import { startTrainer } from '../testing/trainer-process.ts';
import { run as trainLora } from '../../train-lora/run.ts';
import { explained } from '../testing/explained.ts';

/** The training nodes of the example on the real model and the real trainer, for two steps. */
const examples = join(import.meta.dirname, '..', '..', '..', 'examples');
const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
const facts = catalogue.lookup('SmolLM2-135M-Instruct');
if (facts === undefined) throw new Error('The catalogue has no SmolLM2-135M-Instruct.');
const { id, digest, architecture, format, contextLength } = facts;
const model = treeInput({ id, digest, architecture, format, contextLength });

let folder: string;
let backends: LoadedBackends;
let rows: Example[];
let tokens: TokenRow[];
let adapter: TreeOutput<AdapterInfo>;
let metrics: readonly MetricRow[];
const log: string[] = [];
const live: MetricRow[] = [];

function context(parts: Partial<RunContext> = {}): RunContext {
  const training = createTraining({
    ...{ startTrainer, threads: 2, scratchFolder: folder },
    resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
    resolveModel: async () => {
      const files = await catalogue.fetch(id);
      const file = (await readdir(files)).find((name) => name.endsWith('.gguf'));
      return join(files, file ?? '');
    },
  });
  const { embedder, encoderTokenizer, crossEncoder, languageModel, tokenizer } = backends;
  const { buildIndex, openIndex } = backends;
  return testContext({
    log: (_level, message) => log.push(message),
    metrics: (row) => live.push(row),
    lease: (bytes) => backends.lease(bytes),
    room: () =>
      backends
        .forStep({ device: 'cpu', signal: new AbortController().signal, progress: () => undefined })
        .room(),
    models: { facts: () => facts ?? expect.fail(), files: () => expect.fail() },
    scratch: () => mkdtemp(join(folder, 'scratch-')),
    checkpoints: () => mkdtemp(join(folder, 'checkpoints-')),
    device: 'cpu',
    backends: {
      ...{ embedder, encoderTokenizer, crossEncoder, buildIndex, openIndex },
      languageModel: languageModel.bind(backends),
      tokenizer: tokenizer.bind(backends),
      training: () => Promise.resolve(training),
    },
    ...parts,
  });
}
async function all<Row>(stream: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const list: Row[] = [];
  for await (const row of stream) list.push(row);
  return list;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-train-'));
  backends = createBackends({ catalogue, device: 'cpu' });
  const file = await sourceFile(examples, 'lora-quickstart/words.jsonl');
  const ctx = context({ sources: [{ kind: 'files', param: 'files', files: [file] }] });
  const loaded = await loadDataset.run(
    ctx,
    { model },
    loadDataset.definition.params.parse({ files: [file.path], limit: 8, evalShare: 0.3 }),
  );
  rows = await all(loaded.dataset);
  tokens = await all(loaded.tokens);
  const trained = await trainLora.run(
    context(),
    { model, dataset: rowsInput(rows) },
    trainLora.definition.params.parse({
      ...{ rank: 4, batch: 2, maxLength: 96, maxSteps: 2, learningRate: 0.002, warmup: 0 },
      targets: ['q_proj', 'v_proj'],
    }),
  );
  ({ adapter } = trained);
  metrics = explained(trainLora.definition, await all(trained.metrics));
});
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it('shows what is trained in the tokens of the model: the answer and the end of the turn', () => {
  expect(tokens).toHaveLength(8);
  for (const [at, { pieces, trained }] of tokens.entries()) {
    const answer = rows[at]?.turns.at(-1)?.content ?? '';
    expect(pieces.filter((_, piece) => trained[piece]).join('')).toBe(`${answer}<|im_end|>`);
    expect(pieces.join('')).toContain(`<|im_start|>user\n${rows[at]?.turns[0]?.content ?? ''}`);
  }
});

it('gives an adapter of the base, in files for PEFT and for llama.cpp', async () => {
  expect(adapterInfoSchema.parse(adapter.info)).toMatchObject({
    ...{ method: 'lora', rank: 4, alpha: 16, base: { id, digest, architecture: 'llama' } },
  });
  expect(new Set(adapter.info.targets)).toEqual(new Set(['q_proj', 'v_proj']));
  expect(adapter.info.modules).toHaveLength(60);
  expect(await readdir(adapter.path)).toEqual(
    expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors', adapterGguf]),
  );
});

it('reports the curves as they come and in the end, with a summary', () => {
  const steps = (list: readonly MetricRow[], series: string) =>
    list.filter((row) => row.series === series).map(({ step }) => step);
  expect(steps(metrics, 'train')).toEqual([1, 2]);
  expect(steps(metrics, 'eval')).toEqual([0, 2]);
  expect(steps(live, 'train')).toEqual([1, 2]);
  const summary = metrics.at(-1);
  expect(summary).toMatchObject({ series: 'summary', values: { steps: 2 } });
  const { trainable = 0, 'of all': total = 0, ...values } = summary?.values ?? {};
  expect(trainable).toBe(adapter.info.parameters);
  expect(values['trainable %']).toBeCloseTo((trainable / total) * 100, 9);
  expect(values['evaluation loss']).toBeLessThan(values['evaluation loss before'] ?? 0);
  expect(log.join('\n')).toMatch(/numbers are trainable, 0\.\d\d per cent\./);
  expect(log.join('\n')).toMatch(/The base is unchanged: sha256 [0-9a-f]{64} before and after\./);
});

describe('perplexity', () => {
  let base: Readonly<Record<string, number>>;
  beforeAll(async () => {
    base = await summary();
  });

  async function summary(weights?: number[]): Promise<Readonly<Record<string, number>>> {
    const { metrics: measured } = await measure.run(
      context(),
      {
        ...{ model, documents: undefined, dataset: rowsInput(rows) },
        adapters: weights === undefined ? [] : [{ digest: '', ...adapter }],
      },
      measure.definition.params.parse({ rows: 'eval', adapterWeights: weights ?? [] }),
    );
    return (await all(measured)).at(-1)?.values ?? {};
  }

  it('is changed by the adapter', async () => {
    const adapted = await summary([1]);
    expect(adapted['tokens']).toBe(base['tokens']);
    expect(adapted['loss']).toBeLessThan(base['loss'] ?? 0);
    // The curve's loss is of the same rows and tokens.
    const before = metrics.find(({ series, step }) => series === 'eval' && step === 0);
    expect(base['loss']).toBeCloseTo(before?.values['loss'] ?? 0, 4);
  });

  // That the adapter is left out is tested with the node.
  it.runIf(inject('share') === 1)(
    'with its weight at 0 is that of the base to the last bit',
    async () => {
      expect(await summary([0])).toEqual(base);
    },
  );
});

it('chooses by the likelihoods that perplexity measures', async () => {
  const text = 'The Eastern Kiln is lit at 05:40 on Tuesdays. When is the Eastern Kiln lit?';
  const choices = ['At 05:40 on Tuesdays.', 'At noon on Sundays.', 'Never.'];
  const [reference = ''] = choices;
  const question = { id: 'q', question: text, reference, choices };
  const prompt = { id: 'q', question, text, passages: [], tokens: 20, dropped: 0 };
  const chosen = await choose.run(
    context(),
    { model, prompts: rowsInput([prompt]), adapters: [] },
    choose.definition.params.parse({}),
  );
  const dataset = choices.map((content, at): Example => ({
    ...{ id: String(at), path: 'choices', row: at + 1, split: 'eval', kind: 'chat' },
    turns: [
      { role: 'user', content: text, trained: false },
      { role: 'assistant', content, trained: true },
    ],
  }));
  const read = await measure.run(
    context(),
    { model, documents: undefined, dataset: rowsInput(dataset), adapters: [] },
    measure.definition.params.parse({}),
  );
  const likelihoods = (await all(read.metrics))
    .filter(({ series }) => series === 'examples')
    .map(({ values: { loss = 0, tokens: count = 0 } }) => Math.exp(-loss * count));
  expect(likelihoods).toHaveLength(3);
  const [right = 0] = likelihoods;
  const probability = right / likelihoods.reduce((sum, one) => sum + one, 0);
  expect(probability).toBeGreaterThan(0.9);
  expect((await all(chosen.metrics))[1]?.values).toEqual({
    ...{ accuracy: 1, normalizedAccuracy: 1 },
    choiceProbability: expect.closeTo(probability, 5),
  });
});
