import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer, Label, MetricRow, Preference, Prompt } from '@graft/graph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, sourceFile, testContext } from '../kit/testing/test-context.ts';
import { label } from './node.ts';
import { run } from './run.ts';

const file = 'answers.labels.jsonl';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-label-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const answer = (id: string, text = `Answer ${id}.`): Answer => ({
  ...{ id, question: { id, question: `Question ${id}?` }, text, citations: [] },
  ...{ promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
});
const labelled = (id: string, value: Label['label'], text = `Answer ${id}.`): Label => ({
  ...{ id, question: `Question ${id}?`, answer: text, label: value },
});
const metric = (item: string, values: MetricRow['values']): MetricRow => ({
  ...{ series: 'questions', item, values },
});

interface Given {
  readonly labels?: readonly Label[];
  readonly verdicts?: readonly (readonly MetricRow[])[];
  readonly prompts?: readonly Prompt[];
  readonly params?: object;
}

async function labelAll(answers: readonly Answer[], given: Given = {}) {
  const log: string[] = [];
  const { labels, verdicts = [], prompts, params = {} } = given;
  if (labels !== undefined) {
    const text = labels.map((one) => `${JSON.stringify(one)}\n`).join('');
    await writeFile(join(folder, file), text);
  }
  const files = labels === undefined ? [] : [await sourceFile(folder, file)];
  const ctx = testContext({
    sources: [{ kind: 'files', param: 'file', files }],
    log: (level, message) => log.push(`${level}: ${message}`),
  });
  const outputs = await run.run(
    ctx,
    {
      answers: rowsInput(answers),
      verdicts: verdicts.map((rows) => rowsInput(rows)),
      prompts: prompts === undefined ? undefined : rowsInput(prompts),
    },
    label.params.parse(params),
  );
  const metrics: MetricRow[] = [];
  for await (const row of outputs.metrics) metrics.push(row);
  const agreement: MetricRow[] = [];
  for await (const row of outputs.agreement) agreement.push(row);
  const preferences: Preference[] = [];
  for await (const row of outputs.preferences) preferences.push(row);
  explained(label, [...metrics, ...agreement]);
  return { metrics, agreement, preferences, log };
}

describe('labels', () => {
  it('that are not there yet are none, and no error', async () => {
    const { metrics, agreement, preferences, log } = await labelAll([answer('a'), answer('b')]);
    expect(metrics).toMatchObject([
      { series: 'summary', values: { right: 0, wrong: 0, skipped: 0, unlabelled: 2 } },
      { item: 'a', values: {} },
      { item: 'b', values: {} },
    ]);
    expect(metrics[0]?.values).not.toHaveProperty('labelledRight');
    expect([agreement, preferences]).toEqual([[], []]);
    expect(log).toEqual([
      'info: No answer is labelled yet (2 answers). Choose “Label the answers” on the page. Graft writes the labels to answers.labels.jsonl.',
    ]);
  });

  it('count by the texts of question and answer, and those that are skipped in no mean', async () => {
    const { metrics, log } = await labelAll(
      [answer('a'), answer('b'), answer('c'), answer('d'), answer('e', 'Now otherwise.')],
      {
        labels: [
          labelled('renamed', 'right'),
          labelled('a', 'right'),
          labelled('b', 'wrong'),
          labelled('c', 'skip'),
          labelled('e', 'right'),
        ],
      },
    );
    expect(metrics.map(({ item, values }) => [item, values])).toEqual([
      [undefined, { labelledRight: 0.5, right: 1, wrong: 1, skipped: 1, unlabelled: 2 }],
      ['a', { labelledRight: 1 }],
      ['b', { labelledRight: 0 }],
      ['c', {}],
      ['d', {}],
      ['e', {}],
    ]);
    expect(log).toEqual([
      'warning: 2 of 5 answers have no label and do not count in the mean. Label them before you compare variants: their means may cover different answers.',
      'info: For 1 of these questions, the label belongs to another answer. It stays in answers.labels.jsonl and counts when that answer comes again.',
    ]);
  });

  it('that contradict each other are refused with their place', async () => {
    const labels = [labelled('a', 'right'), labelled('a', 'wrong')];
    await expect(labelAll([answer('a')], { labels })).rejects.toMatchObject({
      code: 'bad-row',
      location: { file, line: 2 },
    });
  });
});

describe('agreement', () => {
  const labels = [
    ...['a', 'b', 'c'].map((id) => labelled(id, 'right')),
    ...['d', 'e'].map((id) => labelled(id, 'wrong')),
    labelled('f', 'skip'),
  ];
  const answers = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => answer(id));
  const judge = [
    metric('a', { accuracy: 1, agreement: 1, f1: 0.9, falseAbstention: 0 }),
    metric('b', { accuracy: 1, f1: 0.5, falseAbstention: 0 }),
    metric('c', { accuracy: 0, f1: 0.4, falseAbstention: 1 }),
    metric('d', { accuracy: 0, f1: 0, falseAbstention: 1 }),
    metric('f', { accuracy: 1, f1: 1, falseAbstention: 0 }),
    metric('g', { accuracy: 1, f1: 1, falseAbstention: 0 }),
  ];

  it('is of metrics that say yes or no, over the answers that both say something of', async () => {
    const { agreement } = await labelAll(answers, { labels, verdicts: [judge] });
    expect(agreement).toEqual([
      {
        series: 'agreement',
        label: 'accuracy',
        values: {
          ...{ kappa: 0.5, kappaLow: expect.any(Number), kappaHigh: 1 },
          ...{
            agreement: 0.75,
            agreementLow: expect.any(Number),
            agreementHigh: expect.any(Number),
          },
          ...{ bothRight: 2, bothWrong: 1, onlyPerson: 1, onlyMetric: 0, answers: 4 },
        },
      },
    ]);
  });

  it('takes others where they are named, from a threshold on, and below it where less is better', async () => {
    const counts = async (params: object): Promise<unknown> => {
      const { agreement } = await labelAll(answers, { labels, verdicts: [judge], params });
      return agreement.map(({ label: name, values }) => [
        name,
        [values['bothRight'], values['onlyPerson'], values['onlyMetric'], values['bothWrong']],
      ]);
    };
    const metrics = ['f1', 'falseAbstention'];
    expect(await counts({ metrics })).toEqual([
      ['f1', [2, 1, 0, 1]],
      ['falseAbstention', [2, 1, 0, 1]],
    ]);
    expect(await counts({ metrics: ['f1'], threshold: 0.4 })).toEqual([['f1', [3, 0, 0, 1]]]);
  });

  it('tells judges of the same metric apart, and says where there is nothing to agree on', async () => {
    const second = [metric('a', { accuracy: 1 }), metric('b', { accuracy: 1 })];
    const other = [metric('g', { faithful: 1 })];
    const { agreement, log } = await labelAll(answers, {
      labels,
      verdicts: [judge, second, other],
    });
    expect(agreement.map(({ label: name }) => name)).toEqual(['accuracy', 'accuracy (edge 2)']);
    expect(agreement[1]?.values).not.toHaveProperty('kappa');
    expect(log.slice(1)).toEqual([
      'info: Kappa of accuracy (edge 2) is undefined: the metric and the labels say the same for every answer.',
      'info: No labelled answer has the metric faithful, so there is nothing to compare.',
    ]);
  });

  it('refuses a metric that no verdict has', async () => {
    const params = { metrics: ['acuracy'] };
    await expect(labelAll(answers, { labels, verdicts: [judge], params })).rejects.toMatchObject({
      code: 'bad-param',
      location: { node: 'node-1', param: 'metrics' },
    });
  });
});

it('prefers each right answer to each wrong one of the same question, of earlier runs too', async () => {
  const labels = [
    labelled('a', 'right'),
    labelled('a', 'right', 'Also.'),
    labelled('a', 'wrong', 'No.'),
    labelled('a', 'skip', 'Perhaps.'),
    labelled('b', 'wrong'),
    labelled('elsewhere', 'right'),
    labelled('elsewhere', 'wrong', 'No.'),
  ];
  const prompt: Prompt = {
    ...{ id: 'a', question: answer('a').question, text: 'Passages. Question a?' },
    ...{ passages: [], tokens: 3, dropped: 0 },
  };
  const answers = [answer('b'), answer('a'), answer('a', 'No.')];
  const { preferences } = await labelAll(answers, { labels });
  expect(preferences).toEqual([
    { id: 'a', prompt: 'Question a?', chosen: 'Answer a.', rejected: 'No.' },
    { id: 'a-2', prompt: 'Question a?', chosen: 'Also.', rejected: 'No.' },
  ]);
  const prompted = await labelAll(answers, { labels, prompts: [prompt] });
  expect(prompted.preferences[0]?.prompt).toBe('Passages. Question a?');
});

it('refuses to label nothing', async () => {
  await expect(labelAll([])).rejects.toMatchObject({
    code: 'bad-input',
    location: { node: 'node-1', port: 'answers' },
  });
});

it('reads its file where it is one of labels, which may be missing, and says so of any other', () => {
  const params = (name: string) => label.params.parse({ file: name });
  expect(label.sources?.(params(file))).toEqual([
    { kind: 'files', patterns: [file], param: 'file', optional: true },
  ]);
  expect(label.check?.(params(file), {}, () => undefined)).toEqual([]);
  for (const name of ['', 'answers.jsonl', '*.labels.jsonl']) {
    expect(label.sources?.(params(name))).toEqual([]);
    expect(label.check?.(params(name), {}, () => undefined)).toMatchObject([{ param: 'file' }]);
  }
});
