import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HeldText } from './held-text.ts';

let place = 'a';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('takes over the last of what is typed in one go, and nothing on the way', () => {
  const taken: string[] = [];
  const held = new HeldText(() => place);
  for (const text of ['1', '12', '128']) {
    held.hold(() => taken.push(text));
    vi.advanceTimersByTime(100);
  }
  expect(taken).toEqual([]);
  vi.runAllTimers();
  expect(taken).toEqual(['128']);
});

it('takes over at once when told to, and once only', () => {
  const taken: string[] = [];
  const held = new HeldText(() => place);
  held.hold(() => taken.push('1'));
  held.take();
  held.take();
  vi.runAllTimers();
  expect(taken).toEqual(['1']);
});

it('takes over nothing that was dropped', () => {
  const taken: string[] = [];
  const held = new HeldText(() => place);
  held.hold(() => taken.push('1'));
  held.drop();
  held.take();
  vi.runAllTimers();
  expect(taken).toEqual([]);
});

it('takes over nothing elsewhere than where it was typed', () => {
  const taken: string[] = [];
  const held = new HeldText(() => place);
  held.hold(() => taken.push('1'));
  place = 'b';
  held.take();
  held.hold(() => taken.push('2'));
  held.take();
  expect(taken).toEqual(['2']);
});
