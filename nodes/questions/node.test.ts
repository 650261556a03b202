import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Question, type SourceFile } from '@graft/graph';
import { expect, it } from 'vitest';
import { sourceFile, testContext } from '../kit/testing/test-context.ts';
import { questions } from './node.ts';
import { run } from './run.ts';

type Params = ReturnType<typeof questions.params.parse>;
const examples = join(import.meta.dirname, '..', '..', 'examples');

async function ask(
  params: Partial<Params>,
  files: readonly SourceFile[] = [],
): Promise<Question[]> {
  const ctx = testContext({ sources: [{ kind: 'files', param: 'paths', files }] });
  const { questions: rows } = await run.run(ctx, {}, questions.params.parse(params));
  const all: Question[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

it('takes questions typed in, one a line', async () => {
  expect(await ask({ questions: 'When?\n\n  Who? \r\n' })).toEqual([
    { id: 'typed-1', question: 'When?' },
    { id: 'typed-2', question: 'Who?' },
  ]);
});

it('reads the example questions with their references', async () => {
  const rows = await ask({}, [await sourceFile(examples, 'handbook-questions.jsonl')]);
  expect(rows).toHaveLength(33);
  expect(rows[0]).toMatchObject({
    id: 'q07',
    answerable: true,
    documents: ['handbook/works/keys-and-alarm.md'],
  });
  // Those that need two documents are marked, and come last.
  expect(rows.map(({ hard }) => hard === true)).toEqual(rows.map((_, at) => at >= 25));
  for (const { hard, documents } of rows) expect(hard === true).toBe(documents?.length === 2);
  expect(rows.filter(({ answerable }) => answerable === false)).toHaveLength(3);
});

it('reads CSV, with lists and truth in words, and gives ids where there are none', async () => {
  const file = await sourceFile(join(import.meta.dirname, 'fixtures'), 'questions.csv');
  const rows = await ask({ questions: 'Why?', limit: 2 }, [file, file]);
  expect(rows).toEqual([
    { id: 'typed-1', question: 'Why?' },
    {
      id: 'a1',
      question: 'When is the kiln lit?',
      documents: ['kilns.md', 'calendar.md'],
      answerable: true,
      reference: 'At 05:40.',
      accept: ['twenty to six', '5.40 am'],
      group: 'kilns',
      choices: ['At 05:40.', 'At noon.'],
      hard: true,
    },
    {
      ...{
        id: 'questions.csv:2',
        question: 'Who keeps the keys?',
        documents: [],
        answerable: false,
      },
      paraphraseOf: 'Who has the keys?',
    },
  ]);
  const all = await ask({}, [file, file]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
});

it('reads no further than its limit, which counts rows of files only', async () => {
  const text = '{"question":"One?"}\n{"question":"Two?"}\n{"no":"question"}\n';
  const folder = await mkdtemp(join(tmpdir(), 'graft-questions-'));
  await writeFile(join(folder, 'a.jsonl'), text);
  const file = await sourceFile(folder, 'a.jsonl');
  const rows = await ask({ questions: 'Why?\nHow?', limit: 2 }, [file, file]);
  expect(rows.map(({ question }) => question)).toEqual(['Why?', 'How?', 'One?', 'Two?']);
  await expect(ask({ limit: 3 }, [file])).rejects.toMatchObject({ location: { line: 3 } });
  await rm(folder, { recursive: true });
});

it('asks what rows to train on ask, with their answers as references', async () => {
  const file = (path: string) => sourceFile(join(import.meta.dirname, 'fixtures'), path);
  const rows = await ask({}, [await file('trained.jsonl')]);
  expect(rows.map(({ question, reference }) => [question, reference])).toEqual([
    ['Who is the captain?', 'Orsola Brandt.'],
    ['What colour is the hull?', 'Marigold yellow.'],
    ['Translate.\noui', 'yes'],
    ['How many may board?', 'Sixty-four.'],
    ['Who sings?', 'Nobody.'],
  ]);
});

it('names what a row lacks, and that there is nothing to ask', async () => {
  const file = await sourceFile(join(import.meta.dirname, '../load-files/fixtures'), 'rows.jsonl');
  await expect(ask({}, [file])).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('rows.jsonl, line 1: question'),
    location: { file: 'rows.jsonl', line: 1 },
  });
  await expect(ask({})).rejects.toMatchObject({
    code: 'bad-input',
    location: { param: 'questions' },
  });
});
