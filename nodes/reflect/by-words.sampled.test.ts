import { expect, it } from 'vitest';
import { superlinear } from '../kit/testing/growth.ts';
import { answerOf } from '../kit/testing/question-rows.ts';
import { standingByWords } from './by-words.ts';

it.each<[string, (at: number) => string]>([
  ['the same word', () => '1. '],
  ['one word after another', (at) => `word${at}. `],
])('costs no more than answers and passages are long: %s', async (_, wordOf) => {
  const textOf = (length: number): string =>
    Array.from({ length: length / 8 }, (_, at) => wordOf(at)).join('');
  const judge = (text: string) =>
    standingByWords(answerOf({ id: 'q1', question: 'When is the eastern kiln lit?' }, text), [
      { title: 'Kilns', text: text.toUpperCase() },
    ]);
  expect(await superlinear(judge, textOf)).toBeUndefined();
});
