import { expect, it } from 'vitest';
import { cellAct } from './cell-act.ts';

const press = (key: string, held: Partial<Parameters<typeof cellAct>[0]> = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false },
  defaultPrevented: false,
  ...held,
});
/** An element that one of a selector's parts fits. */
const element = (part: string) => ({
  closest: (selector: string) => (selector.split(', ').includes(part) ? {} : null),
});
const cell = { target: element('article'), isCell: true };
const within = (part: string) => ({ target: element(part), isCell: false });

it.each([
  ['ArrowDown', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['o', 'fold'],
  ['a', 'prose'],
  ['b', 'add'],
  ['c', 'connect'],
  ['z', 'undo'],
  ['d', undefined],
  ['Delete', 'delete'],
  ['toString', undefined],
])('%s on a cell: %s', (key, act) => {
  expect(cellAct(press(key), cell)).toBe(act);
});

it('leaves a key to what has taken it', () => {
  expect(cellAct(press('ArrowDown', { defaultPrevented: true }), within('div'))).toBeUndefined();
  expect(
    cellAct(press('Enter', { defaultPrevented: true, shiftKey: true }), within('div')),
  ).toBeUndefined();
});

it.each(['input', 'button', '[role="tab"]', '[role="application"]'])(
  'leaves the keys of %s to it, but Escape',
  (part) => {
    expect(cellAct(press('ArrowDown'), within(part))).toBeUndefined();
    expect(cellAct(press('j'), within(part))).toBeUndefined();
    expect(cellAct(press('Escape', { defaultPrevented: true }), within(part))).toBe('leave');
  },
);

it('runs by Shift and Enter, where that is no new line', () => {
  expect(cellAct(press('Enter', { shiftKey: true }), cell)).toBe('run');
  expect(cellAct(press('Enter', { shiftKey: true }), within('input'))).toBe('run');
  expect(cellAct(press('Enter', { shiftKey: true }), within('textarea'))).toBeUndefined();
  expect(cellAct(press('Enter', { shiftKey: true, ctrlKey: true }), cell)).toBeUndefined();
});

it('runs and stays by Ctrl or Command and Enter, and runs and adds by Alt and Enter', () => {
  expect(cellAct(press('Enter', { ctrlKey: true }), within('textarea'))).toBe('run-here');
  expect(cellAct(press('Enter', { metaKey: true }), cell)).toBe('run-here');
  expect(cellAct(press('Enter', { altKey: true }), cell)).toBe('run-and-add');
});

it('deletes by D twice, on the cell itself', () => {
  expect(cellAct(press('d'), { ...cell, before: 'd' })).toBe('delete');
  expect(cellAct(press('d'), { ...cell, before: 'j' })).toBeUndefined();
  expect(cellAct(press('d'), { ...within('div'), before: 'd' })).toBeUndefined();
});
