import { expect, it } from 'vitest';
import { historyAfter, openHistory, type EditHistory, type HistoryAction } from './edit-history.ts';
import { readRows, rowOf, withLine } from './edited-rows.ts';

const begun = (): EditHistory => openHistory(readRows('{"q":"a"}\n{"q":"b"}\n'));
const after = (...actions: readonly HistoryAction[]): EditHistory =>
  actions.reduce(historyAfter, begun());
const type = (q: string, at: number, field = 'q'): HistoryAction => ({
  kind: 'edit',
  change: (edited) => withLine(edited, JSON.stringify({ q })),
  typing: { field, at },
});
const shownLine = ({ now }: EditHistory): string | undefined => rowOf(now)?.line;

it('undoes what was typed without a pause as one step, and does it again', () => {
  const typed = after(type('ab', 0), type('abc', 500), type('abcd', 2_000));
  const once = historyAfter(typed, { kind: 'undo' });
  expect(shownLine(once)).toBe('{"q":"abc"}');
  const twice = historyAfter(once, { kind: 'undo' });
  expect(shownLine(twice)).toBe('{"q":"a"}');
  expect(historyAfter(twice, { kind: 'undo' })).toBe(twice);
  expect(shownLine([1, 2].reduce((state) => historyAfter(state, { kind: 'redo' }), twice))).toBe(
    '{"q":"abcd"}',
  );
});

it('takes another field, and another row, for another step', () => {
  expect(after(type('ab', 0), type('abc', 10, 'r')).past).toHaveLength(2);
  expect(after(type('ab', 0), { kind: 'show', key: 0 }, type('abc', 10)).past).toHaveLength(2);
});

it('shows the row again that a step was of', () => {
  const elsewhere = after(type('ab', 0), { kind: 'show', key: 1 }, { kind: 'undo' });
  expect(elsewhere.now.shown).toBe(0);
});

it('forgets what was undone with the next edit', () => {
  expect(after(type('ab', 0), { kind: 'undo' }, type('x', 5_000)).future).toEqual([]);
});
