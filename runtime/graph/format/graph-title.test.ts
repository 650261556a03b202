import { expect, it } from 'vitest';
import { graphTitle, titleNote } from './graph-title.ts';

const note = (text: string, y = 0) => ({ x: 0, y, width: 200, text });

it('is the heading of the uppermost note that has one, with the paragraph below it', () => {
  const notes = {
    a: note('# Below\n\nOther.', 90),
    b: note('Without a heading.', -90),
    c: note('## Ask _the_ kiln\n\nAnswers about kilns. Press **Run**.\n\nMore.', 10),
  };
  expect(graphTitle({ notes })).toEqual({
    title: 'Ask the kiln',
    description: 'Answers about kilns.',
  });
  expect(titleNote({ notes })?.text).toBe('# Ask the kiln\n\nAnswers about kilns.');
});

it('keeps the underscores of a name', () => {
  const notes = { a: note('  # The _rows_ of `my_rows.jsonl` ##\n\nBelow.') };
  expect(graphTitle({ notes })?.title).toBe('The rows of my_rows.jsonl');
});

it('has no description where a list follows, and no title without a heading', () => {
  expect(graphTitle({ notes: { a: note('# Kilns\n\n- one\n- two') } })?.description).toBe('');
  expect(graphTitle({ notes: { a: note('#nothing') } })).toBeUndefined();
  expect(graphTitle({})).toBeUndefined();
});
