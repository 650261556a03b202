import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Patience } from './patience.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('ends with a silence', () => {
  using patience = new Patience(2);
  vi.advanceTimersByTime(1_900);
  patience.heard();
  vi.advanceTimersByTime(1_900);
  expect(patience.signal.aborted).toBe(false);
  vi.advanceTimersByTime(200);
  expect(patience).toMatchObject({ why: 'it has been silent for 2 s' });
  expect(patience.signal.aborted).toBe(true);
});

it('ends though something comes again and again', () => {
  using patience = new Patience(2);
  for (let second = 0; second < 20; second++) {
    expect(patience.why).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    patience.heard();
  }
  expect(patience.why).toBe('its answer took more than 20 s');
});

it('leaves no timer behind', () => {
  new Patience(2)[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});
