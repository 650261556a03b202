import { expect, it } from 'vitest';
import { cleanNotes, notesLine, readNotes } from './run-notes.ts';
import { runScoreText, scoreKey, scoreOf } from './run-score.ts';

it('reads tags out of a line, and writes them back', () => {
  const notes = readNotes('  Worse on dates #baseline, but C# is right #top-1 #baseline ');
  expect(notes).toEqual({
    note: 'Worse on dates, but C# is right',
    tags: ['baseline', 'top-1'],
  });
  expect(notesLine(readNotes('#käse Only #two'))).toBe('Only #käse #two');
  expect(notesLine({})).toBe('');
});

it('keeps notes and tags within their limits', () => {
  const { note, tags } = cleanNotes({
    note: ` ${'n'.repeat(3_000)}`,
    tags: [
      '',
      ' two words ',
      '#own',
      'x'.repeat(99),
      ...Array.from({ length: 20 }, (_, at) => `t${at}`),
    ],
  });
  expect(note).toHaveLength(2_000);
  expect(tags.slice(0, 2)).toEqual(['two-words', 'own']);
  expect(tags[2]).toHaveLength(40);
  expect(tags).toHaveLength(12);
});

it('writes scores as the result shows them, and finds one by its key', () => {
  const right = { node: 'generate', metric: 'right', value: 0.3, right: 9, of: 30 };
  const recall = { node: 'score', metric: 'recall@3', value: 0.9166 };
  expect([right, recall].map(runScoreText)).toEqual(['9 of 30 right', 'recall@3 0.917']);
  expect(scoreOf([right, recall])).toBe(right);
  expect(scoreOf([right, recall], scoreKey(recall))).toBe(recall);
  expect(scoreOf(undefined)).toBeUndefined();
});
