import type { Chunk, Question } from '@graft/graph';
import { expect, it } from 'vitest';
import { pairQuestions } from './question-passages.ts';

const chunk = (path: string, text: string): Chunk => ({
  ...{ id: `${path} ${text}`, text, headings: [], metadata: {} },
  source: {
    ...{ documentId: path, path, title: path, start: 0, end: text.length },
    ...{ firstLine: 1, lastLine: 1 },
  },
});
const chunks = [
  chunk('kiln.md', 'The yard is swept on Fridays.'),
  chunk('kiln.md', 'The eastern kiln is lit at dawn on Tuesdays.'),
  chunk('kiln.md', 'The eastern kiln, the eastern kiln: when is it lit?'),
  chunk('glaze.md', 'The eastern glaze dries for a day before the kiln.'),
  chunk('copy.md', 'Kiln, eastern, lit: at dawn, on Tuesdays.'),
  chunk('clay.md', 'Clay comes on Mondays, for the kiln.'),
];
const ask = (more: Partial<Question>): Question => ({
  ...{ id: 'q', question: 'When is the eastern kiln lit?', documents: ['kiln.md'] },
  ...more,
});
const texts = (one: Question, negatives = 2) => {
  const [pair] = pairQuestions([one], chunks, negatives).pairs;
  return { passage: pair?.passage.text, negatives: pair?.negatives.map(({ text }) => text) };
};

it('pairs a question with the chunk that holds its reference, else with that of most words in common', () => {
  expect(texts(ask({ reference: 'At dawn, on Tuesdays' })).passage).toBe(chunks[1]?.text);
  expect(texts(ask({})).passage).toBe(chunks[2]?.text);
  expect(texts(ask({ question: 'Who sweeps the yard?' })).passage).toBe(chunks[0]?.text);
});

it('mines passages of other documents that share most words, but none that hold the reference', () => {
  expect(texts(ask({ reference: 'at dawn on Tuesdays' })).negatives).toEqual([
    chunks[3]?.text,
    chunks[5]?.text,
  ]);
  expect(texts(ask({}), 1).negatives).toEqual([chunks[4]?.text]);
  expect(texts(ask({}), 0).negatives).toEqual([]);
});

it('says which questions name no document, and of whose documents there is no chunk', () => {
  const unnamed = { id: 'u', question: 'When?' };
  const lost = ask({ id: 'l', documents: ['oven.md'] });
  const unanswerable = ask({ id: 'n', answerable: false });
  expect(pairQuestions([unnamed, lost, unanswerable, ask({})], chunks, 1)).toMatchObject({
    pairs: [{ question: { id: 'q' } }],
    unnamed: [unnamed],
    lost: [lost],
  });
});
