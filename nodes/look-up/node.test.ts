import type { Document, Question } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { heldBytes, longText } from '../kit/testing/heap.ts';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { lookUp } from './node.ts';
import { run } from './run.ts';

function row(at: number, thing: string, [asked, text]: readonly [string, string]): Document {
  return {
    ...{ id: `t.jsonl:${at}`, path: 't.jsonl', mediaType: 'application/json', title: `row ${at}` },
    ...{ text, offset: at * 100, line: at, metadata: { thing, asked } },
  };
}
const table = [
  row(1, 'Sanderling', ['length|how long', '11.4 metres']),
  row(2, 'Patience', ['length|how long', '9 metres']),
  row(3, 'Old Patience', ['length|how long', '31 metres']),
  row(4, 'Dotterel|the workboat', ['speed|how fast', '8 knots']),
  row(5, 'Mews', ['price', '£3']),
  row(6, 'Mews', ['price', '£4']),
  row(7, '', ['price', '£5']),
];

async function ask(asked: string, params: object = {}, rows = table) {
  const log: string[] = [];
  const question: Question = { id: 'q', question: asked };
  const { answers, open } = await run.run(
    testContext({ log: (_level, message) => log.push(message) }),
    { questions: rowsInput([question]), table: rowsInput(rows) },
    lookUp.params.parse({ keys: ['thing', 'asked'], ...params }),
  );
  const given = await rowsOf(answers);
  return { answers: given, open: await rowsOf(open), log };
}

describe('looking up', () => {
  it.each([
    ['How long is the Sanderling?', '11.4 metres'],
    ['What is the length of Old Patience?', '31 metres'],
    ['What length has Patience?', '9 metres'],
    ['How fast is the workboat?', '8 knots'],
    ['And the speed of Dotterel?', '8 knots'],
    ['How fast is the Sanderling?', undefined],
    ['What is the price in the Mews?', undefined],
    ['', undefined],
  ])('%s', async (asked, value) => {
    const { answers, open } = await ask(asked);
    expect(answers.map(({ text }) => text)).toEqual(value === undefined ? [] : [value]);
    expect(open).toHaveLength(value === undefined ? 1 : 0);
  });

  it('cites its row, and has cost no tokens', async () => {
    const { answers } = await ask('How fast is the Dotterel?', { answer: '{thing}: {text}' });
    expect(answers).toEqual([
      {
        ...{ id: 'q', question: { id: 'q', question: 'How fast is the Dotterel?' } },
        text: 'Dotterel|the workboat: 8 knots',
        citations: [
          {
            ...{ number: 1, chunkId: 't.jsonl:4', by: 'attributed' },
            source: {
              ...{ documentId: 't.jsonl:4', path: 't.jsonl', title: 'row 4', start: 400, end: 407 },
              ...{ firstLine: 4, lastLine: 4 },
            },
          },
        ],
        ...{ promptTokens: 0, completionTokens: 0, finishReason: 'stop' },
      },
    ]);
  });

  it('answers with any column, and refuses a mark that names none', async () => {
    const [first] = table.map((one) => ({
      ...one,
      metadata: { ...one.metadata, 'how-long': '12 $& m', größe: '{thing}' },
    }));
    const rows = first === undefined ? [] : [first];
    const asked = 'How long is the Sanderling?';
    const { answers } = await ask(asked, { answer: '{how-long}, {größe}' }, rows);
    expect(answers.map(({ text }) => text)).toEqual(['12 $& m, {thing}']);
    for (const answer of ['It is {lenght}.', '{Größe}', '{how long}']) {
      await expect(ask(asked, { answer }, rows), answer).rejects.toMatchObject({
        ...{ code: 'missing-column', location: { node: 'node-1', param: 'answer' } },
      });
    }
  });

  it('says which rows answer nothing, and which questions several answer differently', async () => {
    const { log } = await ask('What is the price in the Mews?');
    expect(log).toEqual([
      '1 row can answer nothing: a key or the answer is empty.',
      'The table answers 0 of 1 questions. For 1 other, several rows disagree.',
    ]);
    const same = [...table.slice(0, 5), row(6, 'Mews', ['price', '£3'])];
    expect((await ask('What is the price in the Mews?', {}, same)).answers).toHaveLength(1);
  });

  it('refuses a key that is no column, and no key at all', async () => {
    await expect(ask('How long?', { keys: ['name'] })).rejects.toMatchObject({
      ...{ code: 'missing-column', location: { node: 'node-1', param: 'keys' } },
      message: expect.stringContaining('only thing, asked, text, title.'),
    });
    expect(lookUp.check?.(lookUp.params.parse({}), {}, () => undefined)).toMatchObject([
      { param: 'keys' },
    ]);
  });

  it('holds no text of its rows but what they answer', async () => {
    const [count, size] = [32, 4_000_000];
    const rows = {
      ...rowsInput<Document>([]),
      async *rows() {
        for (let at = 0; at < count; at += 1) {
          await Promise.resolve();
          yield row(at, `Boat ${String(at)}`, ['length', longText(size, String(at))]);
        }
      },
    };
    const before = heldBytes();
    let held = 0;
    await run.run(
      testContext({ log: () => (held = heldBytes() - before) }),
      { questions: rowsInput<Question>([]), table: rows },
      lookUp.params.parse({ keys: ['thing'], answer: '{asked}' }),
    );
    expect(held).not.toBe(0);
    expect(held).toBeLessThan((count * size) / 4);
  });
});
