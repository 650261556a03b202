import { describe, expect, it } from 'vitest';
import { linesIn, questionsIn } from './read-reply.ts';

const when = { question: 'When is it lit?', answer: 'At 05:40.' };
const who = { question: 'Who lights it?', answer: 'The night guard.' };

describe('the questions of a reply', () => {
  it.each([
    ['labels', 'Q: When is it lit?\nA: At 05:40.\n\nQ: Who lights it?\nA: The night guard.'],
    [
      'words and numbers',
      'Here are two questions:\n\n**Question 1:** When is it lit?\n**Answer:** At 05:40.\n\n2. Question: Who lights it?\n   Answer: The night guard.\n\nI hope that helps.',
    ],
    [
      'one line each',
      '1. Q: When is it lit? A: At 05:40.\n2. Q: Who lights it?  A: The night guard.',
    ],
    ['no labels', '1. When is it lit?\n   At 05:40.\n2. Who lights it?\n   - The night guard.\n'],
    [
      'labels on lines of their own',
      'Question:\nWhen is it lit?\nAnswer:\nAt 05:40.\nQ:\nWho lights it?\nA:\nThe night guard.',
    ],
    [
      'JSON lines',
      '{"question": "When is it lit?", "answer": "At 05:40."}\n{"Question": "Who lights it?", "Answer": "The night guard."}',
    ],
    [
      'a fenced list',
      '```json\n[\n  {"q": "When is it lit?", "a": "At 05:40."},\n  {"q": "Who lights it?", "a": "The night guard."}\n]\n```',
    ],
    [
      'a list in an object, cut off',
      '{"questions": [{"question": "When is it lit?", "answer": "At 05:40."}, {"question": "Who lights it?", "answer": "The night guard."}, {"question": "Wh',
    ],
  ])('are found as %s', (_form, reply) => {
    expect(questionsIn(reply)).toEqual([when, who]);
  });

  it('are found without answers', () => {
    const bare = [when, who].map(({ question }) => ({ question, answer: '' }));
    expect(
      questionsIn('- When is it lit?\n- "Who lights it?"\n\nNone of them is answered.'),
    ).toEqual(bare);
    expect(questionsIn('["When is it lit?", "Who lights it?"]')).toEqual(bare);
  });

  it('are none where there is nothing to be asked', () => {
    for (const reply of [
      '',
      'I cannot do that.',
      'Q: …\nA: …',
      'See [1].',
      '{"a": 1}',
      '{"q": 7}',
    ]) {
      expect(questionsIn(reply), reply).toEqual([]);
    }
  });

  it('have the answers that JSON writes as numbers and truth', () => {
    expect(questionsIn('{"question": "How many?", "answer": 7} {"q": "Lit?", "a": true}')).toEqual([
      { question: 'How many?', answer: '7' },
      { question: 'Lit?', answer: 'Yes' },
    ]);
  });
});

describe('the lines of a reply', () => {
  it.each([
    ['bullets', 'Here are wrong answers:\n- At 06:00.\n- At noon.'],
    ['numbers', '1. At 06:00.\n2) At noon.\n'],
    ['letters and names', 'a) At 06:00.\nWrong answer 2: "At noon."'],
    ['JSON', '```json\n["At 06:00.", "At noon."]\n```'],
  ])('are found behind %s', (_form, reply) => {
    expect(linesIn(reply)).toEqual(['At 06:00.', 'At noon.']);
  });

  it('are as they stand where nothing is in front of them', () => {
    expect(linesIn('25 kg\n5.5 tons\nA potter')).toEqual(['25 kg', '5.5 tons', 'A potter']);
  });
});
