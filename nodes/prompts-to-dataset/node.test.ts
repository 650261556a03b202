import type { Example, Passage, Prompt, Question } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { passagesSystem } from '../kit/asking/definition.ts';
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
  return { number, chunkId: `${path}#0`, start: 0, end: 9, score: 1, source };
}

function prompt(question: Question, ...paths: string[]): Prompt {
  const text = `${paths.join(' ')} ${question.question}`;
  const passages = paths.map((path, at) => ({
    ...passage(at + 1, path),
    start: text.indexOf(path),
    end: text.indexOf(path) + path.length,
  }));
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
  further?: readonly Prompt[],
): Promise<{ rows: Example[]; said: string[]; log: string[] }> {
  const log: string[] = [];
  const ctx = testContext({ log: (level, message) => log.push(`${level}: ${message}`) });
  const parsed = promptsToDataset.params.parse({ evalShare: 0, ...params });
  const inputs = {
    prompts: [rowsInput(prompts), ...(further === undefined ? [] : [rowsInput(further)])],
  };
  const { dataset } = await run.run(ctx, inputs, parsed);
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

it('asks in the form in which Generate will: of passages only where there are some', async () => {
  const plain = { ...burner, id: 'q5', documents: [] };
  const { rows } = await make([prompt(burner, 'eastern.md'), prompt(plain)]);
  const systems = rows.map(({ turns }) => turns.filter(({ role }) => role === 'system'));
  expect(systems).toEqual([[{ role: 'system', content: passagesSystem, trained: false }], []]);
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
    'info: 3 rows for training, 0 for evaluation: 3 questions, of which the passages do not answer 2.',
  ]);
});

it('leaves out what is not held, or answers it all the same', async () => {
  const prompts = [prompt(burner, 'eastern.md'), prompt(price, 'red.md')];
  const left = await make(prompts, { unsupported: 'leave-out' });
  expect(left.said).toEqual(['Burner number three. [1]']);
  expect(left.log).toContain('info: Left out 1 question: the passages lack its answer.');
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
  expect(log).toContain('warning: Left out 1 question without a reference.');
});

describe('questions together', () => {
  const ask = (id: string, wanted: string[], ...paths: string[]): Prompt =>
    prompt({ id, question: `And ${id}?`, reference: `It is ${id}.`, documents: wanted }, ...paths);
  const saidIn = (rows: readonly Example[]): string[][] =>
    rows.map(({ turns }) => turns.filter(({ trained }) => trained).map(({ content }) => content));

  it('asks what the passages of the first answer, by their numbers there, each question once', async () => {
    const { rows } = await make(
      [
        ask('a', ['1.md'], '1.md', '2.md'),
        ask('b', ['2.md'], '3.md', '2.md'),
        ask('c', ['1.md', '2.md'], '2.md', '1.md'),
        ask('d', ['4.md'], '4.md', '1.md'),
        { ...prompt(unknown, '9.md', '1.md'), text: `9.md 1.md ${unknown.question}` },
      ],
      { together: 8, system: 'Be brief.' },
    );
    expect(rows.map(({ id, row }) => [id, row])).toEqual([
      ['a', 1],
      ['d', 2],
    ]);
    const [first = [], second = []] = saidIn(rows);
    expect(first[0]).toBe('It is a. [1]');
    expect(new Set(first.slice(1))).toEqual(
      new Set(['It is b. [2]', 'It is c. [1][2]', 'The handbook does not say.']),
    );
    expect(second).toEqual(['It is d. [1]']);
    expect(rows[0]?.turns.map(({ role }) => role)).toEqual([
      'system',
      ...Array.from({ length: 4 }, () => ['user', 'assistant']).flat(),
    ]);
    const asked = rows[0]?.turns.filter(({ role }) => role === 'user').map((turn) => turn.content);
    expect(asked?.[0]).toBe('1.md 2.md And a?');
    expect(asked).toContain('And b?');
  });

  it('asks of a chunk only what was found in it', async () => {
    const other = ask('b', ['1.md'], '1.md');
    const elsewhere = other.passages.map((one) => ({ ...one, chunkId: 'another chunk of it' }));
    const { rows } = await make([ask('a', ['1.md'], '1.md'), { ...other, passages: elsewhere }], {
      together: 8,
    });
    expect(saidIn(rows)).toEqual([['It is a. [1]'], ['It is b. [1]']]);
  });

  it('keeps to the number, to the sides, and to an order of its own by the seed', async () => {
    const many = Array.from({ length: 60 }, (_, at) => ask(`q${String(at)}`, ['1.md'], '1.md'));
    const { rows } = await make(many, { together: 4, evalShare: 0.3 });
    const counts = saidIn(rows).map(({ length }) => length);
    expect(Math.max(...counts)).toBe(4);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
    const alone = await make(many, { evalShare: 0.3 });
    const side = new Map(alone.rows.map(({ turns, split }) => [turns.at(-1)?.content, split]));
    for (const { turns, split } of rows) {
      for (const { content, trained } of turns) if (trained) expect(side.get(content)).toBe(split);
    }
    const again = await make(many, { together: 4, evalShare: 0.3 });
    expect(again.rows).toEqual(rows);
    const other = await make(many, { together: 4, evalShare: 0.3, seed: 1 });
    expect(saidIn(other.rows)).not.toEqual(saidIn(rows));
  });

  it('refuses prompts that ask before their passages', async () => {
    const before = { ...ask('b', ['1.md'], '1.md'), text: 'And b? 1.md' };
    const end = before.text.length;
    const passages = before.passages.map((one) => ({ ...one, start: end - 4, end }));
    await expect(
      make([ask('a', ['1.md'], '1.md'), { ...before, passages }], { together: 2 }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('has its question before its passages'),
      location: { param: 'together' },
    });
  });
});

it('teaches a question with the passages of each input, under an id of its own', async () => {
  const first = [prompt(burner, 'eastern.md'), prompt(unknown, 'eastern.md')];
  const second = [prompt(burner, 'other.md', 'eastern.md')];
  for (const together of [1, 4]) {
    const { rows } = await make(first, { together }, second);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.at(-1)).toMatchObject({ id: 'q1/2', row: together === 1 ? 3 : 2 });
    const said = rows.flatMap(({ turns }) => turns.filter(({ trained }) => trained));
    expect(said.map(({ content }) => content)).toEqual([
      'Burner number three. [1]',
      'The handbook does not say.',
      'Burner number three. [2]',
    ]);
  }
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
    'warning: There are too few rows to keep any for evaluation, so there will be no evaluation loss.',
  );
  const many = Array.from({ length: 20 }, (_, at) =>
    prompt({ ...burner, id: `q${String(at)}`, question: `Burner ${String(at)}?` }, 'eastern.md'),
  );
  const half = { evalShare: 0.5 };
  const kept = (await make(many, half)).rows.flatMap(({ split }, at) =>
    split === 'eval' ? (many[at] ?? []) : [],
  );
  await expect(make(kept, half)).rejects.toMatchObject({
    message: expect.stringContaining(`Evaluation keeps every row`),
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
    message: 'No prompts arrived. Connect the prompts of Inject context.',
  });
});

it('keeps a question on the side of the one that it asks in other words', async () => {
  const pairs = Array.from({ length: 60 }, (_, at) => {
    const original = { ...burner, id: `q${String(at)}`, question: `Burner ${String(at)}?` };
    const other = { ...original, id: `p${String(at)}`, question: `And number ${String(at)}?` };
    return [original, { ...other, paraphraseOf: original.question }];
  });
  const prompts = pairs.flat().map((question) => prompt(question, 'eastern.md'));
  const { rows } = await make(prompts, { evalShare: 0.5 });
  const sides = rows.map(({ split }) => split);
  expect(new Set(sides).size).toBe(2);
  for (const [at] of pairs.entries()) expect(sides[2 * at]).toBe(sides[2 * at + 1]);
});
