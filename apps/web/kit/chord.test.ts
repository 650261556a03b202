import { describe, expect, it } from 'vitest';
import { chordName, matches } from './chord.ts';

const press = (key: string, held: Partial<KeyboardEvent> = {}, code = '') => ({
  key,
  code,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('a chord', () => {
  it.each([
    ['mod+s', press('s', { ctrlKey: true }), true],
    ['mod+s', press('s'), false],
    ['mod+s', press('s', { ctrlKey: true, altKey: true }), false],
    ['alt+arrowup', press('ArrowUp', { altKey: true }), true],
    ['alt+arrowup', press('ArrowUp'), false],
    ['mod+z', press('Z', { ctrlKey: true, shiftKey: true }), false],
    ['mod+shift+z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['f2', press('F2'), true],
    ['?', press('?', { shiftKey: true }), true],
    ['mod++', press('=', { ctrlKey: true }), true],
    ['mod++', press('+', { ctrlKey: true, shiftKey: true }), true],
    ['mod+-', press('-', { ctrlKey: true }), true],
    ['shift+1', press('!', { shiftKey: true }, 'Digit1'), true],
    ['shift+1', press('"', { shiftKey: true }, 'Digit2'), false],
    ['mod+0', press('0', { ctrlKey: true }, 'Digit0'), true],
  ])('%s', (chord, event, met) => {
    expect(matches(chord, event)).toBe(met);
  });

  it('is told as keyboards have it', () => {
    expect(
      ['mod+shift+z', 'alt+arrowup', 'mod++', 'f2', 'delete', 'mod+enter'].map(chordName),
    ).toEqual(['Ctrl ⇧ Z', 'Alt ↑', 'Ctrl +', 'F2', 'Del', 'Ctrl ↵']);
  });
});
