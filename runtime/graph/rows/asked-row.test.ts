import { expect, it } from 'vitest';
import { askedRow } from './asked-row.ts';

const turns = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Who?' },
  { role: 'assistant', content: 'Ada.' },
  { role: 'user', content: 'When?' },
];

it.each([
  ['prompt and completion', { prompt: ' Who? ', completion: 'Ada.' }],
  ['question and answer', { question: 'Who?', answer: 'Ada.' }],
  ['input and output', { input: 'Who?', output: 'Ada.' }],
  ['an instruction', { instruction: 'Who?', input: '', output: 'Ada.' }],
  ['messages', { messages: turns }],
  [
    'a conversation',
    {
      conversations: [
        { from: 'human', value: 'Who?' },
        { from: 'gpt', value: 'Ada.' },
      ],
    },
  ],
  ['lists of turns', { prompt: turns.slice(0, 2), completion: turns.slice(2, 3) }],
])('finds the question and the answer of %s', (_, row) => {
  expect(askedRow(row)).toEqual({ question: 'Who?', answer: 'Ada.' });
});

it('asks an instruction together with its input, as it is trained', () => {
  expect(askedRow({ instruction: 'Translate.', input: 'oui', output: 'yes' })).toEqual({
    question: 'Translate.\noui',
    answer: 'yes',
  });
});

it('has no answer where the row teaches none, and no question where it asks none', () => {
  expect(askedRow({ text: 'Once.' })).toEqual({ question: 'Once.' });
  expect(askedRow({ messages: turns.slice(0, 2) })).toEqual({ question: 'Who?' });
  expect(askedRow({ prompt: ' ', completion: 'Ada.' })).toBeUndefined();
  expect(askedRow({ messages: [null, 7] })).toBeUndefined();
  expect(askedRow({ a: 'Who?' })).toBeUndefined();
});
