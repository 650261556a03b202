import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Example, type MetricRow, type Question } from '@graft/graph';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** The graph of the node's README over a few documents, with a model that writes poorly. */
const file = 'practice.graft.json';
const graph = graphText(
  {
    files: ['load-files', { paths: ['handbook/**'] }],
    chunk: ['chunk', { method: 'markdown', size: 128, overlap: 0 }],
    model: ['base-model'],
    // Which of its questions hold would depend on the processor.
    make: [
      'make-dataset',
      {
        ...{ questions: 2, unanswerable: 0.2, paraphrases: 1, distractors: 2 },
        ...{ answerability: 'none', temperature: 0, maxTokens: 96 },
      },
    ],
    embed: ['embed'],
    index: ['index'],
    retrieve: ['retrieve'],
    prompts: ['inject-context'],
    dataset: ['prompts-to-dataset', { evalShare: 0 }],
  },
  [
    'files.documents -> chunk.documents',
    'chunk.chunks -> make.chunks',
    'model.model -> make.model',
    'chunk.chunks -> embed.chunks',
    'embed.embeddings -> index.embeddings',
    'index.index -> retrieve.index',
    'make.questions -> retrieve.questions',
    'retrieve.hits -> prompts.hits',
    'prompts.prompts -> dataset.prompts',
  ],
);

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(path.join(folder, 'handbook'));
  const kilns = path.join(import.meta.dirname, '../../examples/handbook/kilns');
  if (inject('share') === 1) {
    for (const name of ['little-wick.md', 'eastern-kiln.md', 'old-bess.md']) {
      await cp(path.join(kilns, name), path.join(folder, 'handbook', name));
    }
  } else {
    // The title and two sections.
    const text = await readFile(path.join(kilns, 'little-wick.md'), 'utf8');
    const [title = '', booking = '', capacity = ''] = text.split('\n## ');
    const short = [title, booking, capacity].join('\n## ');
    await writeFile(path.join(folder, 'handbook/little-wick.md'), short);
  }
  await writeFile(path.join(folder, file), graph);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf<Row>(name: string): Promise<Row[]> {
  const text = await readFile(path.join(folder, name), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

it('makes questions of a few documents, and rows to train on of those that were edited', async () => {
  const made = await graft(['run', file, '--out', 'out'], { cwd: folder });
  expect(made).toMatchObject({ code: 0 });
  const questions = await rowsOf<Question>('out/make.questions.jsonl');
  const [summary, ...chunks] = await rowsOf<MetricRow>('out/make.metrics.jsonl');
  const count = (name: string): number => summary?.values[name] ?? Number.NaN;

  expect(count('questions')).toBe(questions.length);
  const fates = ['questions', 'faulty', 'notAnswerable', 'answerableAfterAll', 'duplicates'];
  expect(fates.reduce((sum, name) => sum + count(name), 0)).toBe(count('written'));
  for (const name of ['written', ...fates]) {
    expect(chunks.reduce((sum, { values }) => sum + (values[name] ?? 0), 0)).toBe(count(name));
  }
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  for (const question of questions) {
    if (question.answerable === false) continue;
    expect(question.documents?.[0]).toMatch(/^handbook\/.*\.md$/);
    if (question.choices !== undefined) expect(question.choices).toContain(question.reference);
  }

  const frozen = 'frozen/practice/make.questions.jsonl';
  expect(await graft(['freeze', file, 'make.questions'], { cwd: folder })).toMatchObject({
    code: 0,
  });
  const [first, ...others] = await rowsOf<Question>(frozen);
  const edited = { ...first, reference: 'At half past nine, by hand.', answerable: true };
  const lines = [edited, ...others].map((row) => JSON.stringify(row));
  await writeFile(path.join(folder, frozen), `${lines.join('\n')}\n`);
  const again = await graft(['run', file, '--out', 'again'], { cwd: folder });
  expect(again).toMatchObject({ code: 0 });
  const examples = await rowsOf<Example>('again/dataset.dataset.jsonl');
  expect(examples).toHaveLength(questions.length);
  expect(examples[0]?.turns.at(-1)?.content).toContain('At half past nine, by hand.');
}, 300_000);
