import type { Example, Passage, Prompt, Question } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { promptsToDataset } from './node.ts';
import { run } from './run.ts';

function passage(number: number, path: string): Passage {
  const source = {
    documentId: path,
    path,
    title: path,
    start: 0,
    end: 9,
    firstLine: 1,
    lastLine: 1,
  };
  return { number, chunkId: `${path}-${String(number)}`, start: 0, end: 9, score: 1, source };
}

function prompt(question: Question, ...paths: string[]): Prompt {
  const passages = paths.map((path, at) => passage(at + 1, path));
  const text = `${paths.join(' ')} ${question.question}`;
  return { id: question.id, question, text, passages, tokens: 9, dropped: 0 };
}

const burner: Question = {
  id: 'q1',
  question: 'Which burner comes first?',
  reference: 'Burner number three.',
  documents: ['eastern.md'],
};
const price: Question = {
  id: 'q2',
  question: 'What does a red bowl cost?',
  reference: '£40.50.',
  documents: ['bowls.md', 'red.md'],
};
const unknown: Question = {
  id: 'q3',
  question: 'Who painted the door?',
  reference: 'Nobody knows.',
  documents: [],
  answerable: false,
};

async function make(
  prompts: readonly Prompt[],
  params: Partial<ReturnType<typeof promptsToDataset.params.parse>> = {},
): Promise<{ rows: Example[]; said: string[]; log: string[] }> {
  const log: string[] = [];
  const ctx = testContext({ log: (level, message) => log.push(`${level}: ${message}`) });
  const parsed = promptsToDataset.params.parse({ evalShare: 0, ...params });
  const { dataset } = await run.run(ctx, { prompts: rowsInput(prompts) }, parsed);
  const rows: Example[] = [];
  for await (const row of dataset) rows.push(row);
  return { rows, said: rows.map(({ turns }) => turns.at(-1)?.content ?? ''), log };
}

it('asks as the prompt does, and answers with the reference and the passages that hold it', async () => {
  const { rows } = await make([prompt(burner, 'other.md', 'eastern.md')], { system: 'Be brief.' });
  expect(rows).toEqual([
    {
      ...{ id: 'q1', path: 'prompts', row: 1, split: 'train', kind: 'chat' },
      turns: [
        { role: 'system', content: 'Be brief.', trained: false },
        { role: 'user', content: 'other.md eastern.md Which burner comes first?', trained: false },
        { role: 'assistant', content: 'Burner number three. [2]', trained: true },
      ],
    },
  ]);
});

it('cites every document that an answer needs, and abstains where one is missing', async () => {
  const prompts = [
    prompt(price, 'red.md', 'other.md', 'bowls.md'),
    prompt(price, 'red.md', 'other.md'),
    prompt(unknown, 'red.md'),
  ];
  const abstention = 'They do not say.';
  const { said, log } = await make(prompts, { abstention });
  expect(said).toEqual(['£40.50. [1][3]', abstention, abstention]);
  expect(log).toEqual([
    'info: 3 rows to train on, 0 to evaluate with; in 2 of them the passages do not hold the answer.',
  ]);
});

it('leaves out what is not held, or answers it all the same', async () => {
  const prompts = [prompt(burner, 'eastern.md'), prompt(price, 'red.md')];
  const left = await make(prompts, { unsupported: 'leave-out' });
  expect(left.said).toEqual(['Burner number three. [1]']);
  expect(left.log).toContain('info: 1 are left out: passages with their answer are missing.');
  const all = await make(prompts, { unsupported: 'answer', citations: false, system: '' });
  expect(all.said).toEqual(['Burner number three.', '£40.50.']);
  expect(all.rows[0]?.turns).toHaveLength(2);
});

it('takes a question without documents at its word, and counts those without a reference', async () => {
  const { documents: _, ...plain } = burner;
  const { said, log } = await make([
    prompt(plain, 'eastern.md'),
    prompt({ id: 'q4', question: 'And now?' }, 'eastern.md'),
  ]);
  expect(said).toEqual(['Burner number three.']);
  expect(log).toContain('warning: 1 questions have no reference, and make no row.');
});

it('keeps a question on its side, whatever its passages', async () => {
  const many = Array.from({ length: 200 }, (_, at) => ({
    ...burner,
    ...{ id: `q${String(at)}`, question: `Burner ${String(at)}?` },
  }));
  const splits = async (path: string, seed: number): Promise<string[]> => {
    const prompts = many.map((question) => prompt(question, path));
    return (await make(prompts, { evalShare: 0.3, seed })).rows.map(({ split }) => split);
  };
  const first = await splits('eastern.md', 0);
  expect(await splits('other.md', 0)).toEqual(first);
  expect(await splits('eastern.md', 1)).not.toEqual(first);
  const kept = first.filter((split) => split === 'eval').length;
  expect(kept).toBeGreaterThan(35);
  expect(kept).toBeLessThan(85);
});

it('says where the share leaves none to evaluate with, and refuses where it leaves none to train on', async () => {
  const { rows, log } = await make([prompt(burner, 'eastern.md')], { evalShare: 0.001 });
  expect(rows.map(({ split }) => split)).toEqual(['train']);
  expect(log).toContain(
    'warning: So few rows that none is kept for evaluation: there will be no evaluation loss.',
  );
  const many = Array.from({ length: 20 }, (_, at) =>
    prompt({ ...burner, id: `q${String(at)}`, question: `Burner ${String(at)}?` }, 'eastern.md'),
  );
  const half = { evalShare: 0.5 };
  const kept = (await make(many, half)).rows.flatMap(({ split }, at) =>
    split === 'eval' ? (many[at] ?? []) : [],
  );
  await expect(make(kept, half)).rejects.toMatchObject({
    message: expect.stringContaining(`All ${String(kept.length)} rows are kept for evaluation`),
    location: { param: 'evalShare' },
  });
});

it('refuses prompts that make no example', async () => {
  await expect(make([prompt({ id: 'q4', question: 'And now?' })])).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('in the field "reference"'),
    location: { port: 'prompts' },
  });
  await expect(make([])).rejects.toMatchObject({
    message: 'There are no prompts to make examples of.',
  });
});
