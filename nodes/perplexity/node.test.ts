import {
  type AdapterInfo,
  type Document,
  type Example,
  type MetricRow,
  modelSchema,
  type Training,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { SmallTokenizer } from '../kit/testing/small-tokenizer.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { perplexity } from './node.ts';
import { run, windows } from './run.ts';

const text = (length: number) => ({
  id: 'a',
  tokens: Array.from({ length }, (_, at) => at),
  trained: Array.from({ length }, (_, at): 0 | 1 => (at === 0 ? 0 : 1)),
});
/** The tokens that count, window by window. */
const counting = (length: number, window: number, stride: number): number[][] =>
  windows(text(length), { window, stride }).map(({ tokens, trained }) =>
    tokens.filter((_, at) => trained[at] === 1),
  );

describe('windows', () => {
  it('take a short text whole', () => {
    expect(counting(5, 8, 4)).toEqual([[1, 2, 3, 4]]);
    expect(counting(1, 8, 4)).toEqual([]);
  });

  it('count each token once, with what stands before it', () => {
    expect(counting(11, 4, 2)).toEqual([[1, 2, 3], [4, 5], [6, 7], [8, 9], [10]]);
    expect(windows(text(11), { window: 4, stride: 2 }).map(({ tokens }) => tokens[0])).toEqual([
      0, 2, 4, 6, 8,
    ]);
    for (const [length, window, stride] of [
      [100, 8, 7],
      [101, 16, 3],
      [64, 8, 1],
    ] as const) {
      expect(counting(length, window, stride).flat()).toEqual(text(length).tokens.slice(1));
    }
  });

  it('side by side cannot predict their first tokens', () => {
    expect(counting(10, 4, 4)).toEqual([[1, 2, 3], [5, 6, 7], [9]]);
  });
});

/** Gives every token the probability 1/4, and 1/2 for each adapter times its weight on top. */
class EvenTraining implements Pick<Training, 'evaluate'> {
  readonly seen: string[] = [];
  leased = 0;
  async evaluate(
    { adapters, examples }: Parameters<Training['evaluate']>[0],
    { lease }: Parameters<Training['evaluate']>[1],
  ) {
    using held = await lease?.(1000);
    this.leased += held?.bytes ?? 0;
    this.seen.push(...examples.map(({ id }) => id));
    const gain = adapters.reduce((sum, { weight }) => sum + weight * Math.LN2, 0);
    return examples.map(({ trained }) => {
      const tokens = trained.filter((flag) => flag === 1).length;
      return { loss: tokens * (Math.log(4) - gain), tokens };
    });
  }
}

const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 64 },
  }),
);
const adapter = (digest = 'd') =>
  treeInput({
    ...{ id: 'style', base: { id: 'small', digest, architecture: 'llama' }, method: 'lora' },
    ...{ rank: 1, alpha: 1, targets: [], parameters: 1, baseParameters: 1, modules: [] },
  } as unknown as AdapterInfo);
const documents = ['abc', '', 'abcdefgh'].map((said, at): Document => ({
  ...{ id: `${at}.md`, path: `${at}.md`, mediaType: 'text/plain', title: '', text: said },
  ...{ offset: 0, line: 1, metadata: {} },
}));
const examples = (['train', 'eval'] as const).map((split, at): Example => ({
  ...{ id: `a.jsonl:${at + 1}`, path: 'a.jsonl', row: at + 1, split, kind: 'chat' },
  turns: [
    { role: 'user', content: 'Hi?', trained: false },
    { role: 'assistant', content: 'Yes', trained: true },
  ],
}));

async function measure(
  inputs: Partial<Parameters<typeof run.run>[1]>,
  params: object = {},
): Promise<{ rows: MetricRow[]; training: EvenTraining }> {
  const training = new EvenTraining();
  const base = testContext();
  const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;
  let held = 0;
  const ctx = testContext({
    async lease(bytes) {
      held += bytes;
      return { device, bytes, [Symbol.dispose]: () => (held -= bytes) };
    },
    backends: {
      ...base.backends,
      tokenizer: () => Promise.resolve(new SmallTokenizer()),
      training: () => Promise.resolve(training as unknown as Training),
    },
  });
  const { metrics } = await run.run(
    ctx,
    { model, adapters: [], documents: undefined, dataset: undefined, ...inputs },
    perplexity.params.parse(params),
  );
  const rows: MetricRow[] = [];
  for await (const row of metrics) rows.push(row);
  explained(perplexity, rows);
  // What its trainer needs is claimed from the step's device, and given back.
  expect([training.leased, held]).toEqual([1000, 0]);
  return { rows, training };
}

describe('run', () => {
  it('measures documents, longer ones in windows, and all together', async () => {
    const { rows, training } = await measure(
      { documents: rowsInput(documents) },
      { window: 8, stride: 4 },
    );
    expect(rows.map(({ series, label }) => [series, label])).toEqual([
      ['documents', '0.md'],
      ['documents', '2.md'],
      ['summary', 'documents'],
    ]);
    for (const { values } of rows) expect(values['perplexity']).toBeCloseTo(4, 9);
    expect(rows.map(({ values }) => values['tokens'])).toEqual([3, 8, 11]);
    expect(rows.map(({ item, weight }) => [item, weight])).toEqual([
      ['0.md', 3],
      ['2.md', 8],
      [undefined, undefined],
    ]);
    expect(rows.at(-1)?.values['texts']).toBe(2);
    expect(training.seen).toEqual(['0.md@0', '2.md@0', '2.md@4']);
  });

  it('measures what is trained of the chosen examples', async () => {
    const { rows } = await measure({ dataset: rowsInput(examples) });
    expect(rows.map(({ label, values }) => [label, values['tokens']])).toEqual([
      ['a.jsonl:2', 4],
      ['examples', 4],
    ]);
    expect((await measure({ dataset: rowsInput(examples) }, { rows: 'all' })).rows).toHaveLength(3);
  });

  it('applies adapters by their weights, and leaves those of weight 0 out', async () => {
    const inputs = { documents: rowsInput(documents), adapters: [adapter(), adapter()] };
    const summary = async (adapterWeights: number[]) =>
      (await measure(inputs, { adapterWeights })).rows.at(-1)?.values['perplexity'];
    expect(await summary([])).toBeCloseTo(1, 9);
    expect(await summary([0])).toBeCloseTo(2, 9);
    expect(await summary([0.5, 0])).toBeCloseTo(4 / Math.SQRT2, 9);
    await expect(summary([1, 1, 1])).rejects.toMatchObject({
      code: 'bad-param',
      message: expect.stringMatching(/^There are 3 weights for 2 adapters\./),
    });
    await expect(measure({ ...inputs, adapters: [adapter('other')] })).rejects.toMatchObject({
      code: 'facet-mismatch',
      location: { port: 'adapters' },
    });
  });

  it('asks for something to read', async () => {
    await expect(measure({})).rejects.toMatchObject({ code: 'missing-input' });
    await expect(measure({ documents: rowsInput([]) })).rejects.toThrow('No document has a text');
    await expect(measure({ dataset: rowsInput(examples.slice(0, 1)) })).rejects.toMatchObject({
      location: { param: 'rows' },
    });
  });
});

it('checks the stride against the window, and the window against the model', () => {
  const check = (params: object) =>
    perplexity.check?.(
      perplexity.params.parse(params),
      { model: { model: { id: 'm', digest: '', architecture: 'llama', contextLength: 2048 } } },
      () => undefined,
    );
  expect(check({})).toEqual([]);
  expect(check({ window: 64, stride: 65 })).toEqual([expect.objectContaining({ param: 'stride' })]);
  expect(check({ window: 4096 })).toEqual([expect.objectContaining({ param: 'window' })]);
});
