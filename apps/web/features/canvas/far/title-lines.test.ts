import { expect, it } from 'vitest';
import { titleLines } from './title-lines.ts';

/** A pixel for each character. */
const context = { measureText: (text: string) => ({ width: text.length }) as TextMetrics };
const lines = (title: string, width: number, rows = 9): string[] =>
  titleLines(context, title, { width, rows });

it('breaks between words and behind hyphens, not within a word', () => {
  expect(lines('Orlund: answers in the house form', 12)).toEqual([
    'Orlund:',
    'answers in',
    'the house',
    'form',
  ]);
  expect(lines('Self-reflective answers', 12)).toEqual(['Self-', 'reflective', 'answers']);
  expect(lines('One', 12)).toEqual(['One']);
  expect(lines('', 12)).toEqual(['']);
});

it('ends a word that is too long for a line in an ellipsis', () => {
  expect(lines('Embeddings of it', 8)).toEqual(['Embeddi…', 'of it']);
});

it('breaks it where there is room for all', () => {
  expect(titleLines(context, 'Embeddings of it', { width: 8 })).toEqual(['Embeddin', 'gs of it']);
});

it('ends what there is no room for below in an ellipsis', () => {
  expect(lines('Orlund: answers in the house form', 12, 2)).toEqual(['Orlund:', 'answers in…']);
  expect(lines('Orlund: answers in the house form', 9, 2)).toEqual(['Orlund:', 'answers…']);
  expect(lines('Orlund: answers in the house form', 12, 4)).toHaveLength(4);
});
