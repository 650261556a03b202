import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  answerSchema,
  type Judgement,
  judgementSchema,
  type MetricRow,
  metricRowSchema,
  type Prompt,
} from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { judge, metricNames } from './node.ts';
import { run } from './run.ts';

const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
const facts = (id: string) => {
  const found = catalogue.lookup(id);
  if (found === undefined) throw new Error(`The catalogue has no ${id}.`);
  return found;
};
const answers = readFileSync(join(import.meta.dirname, 'fixtures', 'answers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => answerSchema.parse(JSON.parse(line)));
const passages = [
  'The eastern kiln is lit at 05:40 by the night guard.',
  'The western kiln cools for 31 hours.',
];
const prompts = answers.map(({ id, question }): Prompt => {
  const text = passages.join('\n');
  const source = { documentId: 'a', path: 'a.md', title: 'Kilns', start: 0, end: 1 };
  const marked = passages.map((passage, at): Prompt['passages'][number] => {
    const start = text.indexOf(passage);
    return {
      ...{ number: at + 1, chunkId: `a:${at}`, start, end: start + passage.length, score: 1 },
      source: { ...source, firstLine: 1, lastLine: 1 },
    };
  });
  return { id, question, text, passages: marked, tokens: 1, dropped: 0 };
});

let backends: LoadedBackends;
beforeAll(() => {
  backends = createBackends({ catalogue });
});
afterAll(() => backends[Symbol.asyncDispose]());

/** Judges with SmolLM2-135M, which cannot. */
async function judgeAll(): Promise<{ rows: MetricRow[]; judgements: Judgement[]; log: string[] }> {
  const log: string[] = [];
  const base = testContext();
  const ctx = testContext({
    log: (_level, message) => log.push(message),
    models: { facts, files: () => expect.fail() },
    backends: {
      ...base.backends,
      embedder: (id, use) => backends.embedder(id, use),
      languageModel: (source, options) => backends.languageModel(source, options),
    },
  });
  const { id, digest, architecture, format, contextLength } = facts('SmolLM2-135M-Instruct');
  const inputs = {
    ...{ answers: rowsInput(answers), prompts: rowsInput(prompts), questions: undefined },
    model: treeInput({ id, digest, architecture, format, contextLength }),
  };
  const params = judge.params.parse({ context: 1024, maxTokens: 64, parallel: 2 });
  const { metrics, judgements } = await run.run(ctx, inputs, params);
  const rows: MetricRow[] = [];
  for await (const row of metrics) rows.push(metricRowSchema.parse(row));
  const given: Judgement[] = [];
  for await (const row of judgements) given.push(judgementSchema.parse(row));
  return { rows, judgements: given, log };
}

it('stands a judge of 135 million parameters: what it cannot read it counts apart', async () => {
  const { rows, judgements, log } = await judgeAll();
  expect(log[0]).toMatch(/"SmolLM2-135M-Instruct" is a model of 135 million parameters/);
  const [summary, ...others] = rows;
  expect(summary?.label).toBe('by a model of 135 million parameters, which cannot judge');
  expect(others.map(({ item }) => item)).toEqual(answers.map(({ id }) => id));
  expect(judgements).toHaveLength(answers.length * metricNames.length);
  for (const { metric, value, findings, exchanges } of judgements) {
    expect(exchanges.length, metric).toBeGreaterThan(0);
    // A metric stands on replies that were read: one for which a verdict is missing has no value.
    const missing = findings.some(({ verdict }) => verdict === undefined);
    if (missing || findings.length === 0) expect(value, metric).toBeUndefined();
    else expect(value, metric).toBeTypeOf('number');
  }
  const exchanges = judgements.flatMap((one) => one.exchanges);
  const unread = exchanges.filter(({ problem }) => problem !== undefined);
  expect(unread.length).toBeGreaterThan(0);
  expect(log.at(-1)).toContain(
    `Graft could not parse ${unread.length} of ${exchanges.length} replies`,
  );
  for (const row of others) {
    const own = judgements.filter(({ item }) => item === row.item);
    const said = own.flatMap((one) => one.exchanges);
    const share = said.filter(({ problem }) => problem !== undefined).length / said.length;
    expect(row.values['unparseable']).toBeCloseTo(share, 12);
    for (const { metric, value } of own) expect(row.values[metric]).toBe(value);
  }
});
