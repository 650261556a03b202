import { beforeEach, expect, it, vi } from 'vitest';
import { RepeatedLook } from './repeated-look.ts';

let looks: number;
let end: (() => void) | undefined;
const look = (): Promise<void> => {
  looks += 1;
  return new Promise((resolve) => (end = resolve));
};
const times = { quiet: 100, longest: 250 };

beforeEach(() => {
  looks = 0;
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it('looks at once, and after a burst of hints, which put it off only so long', async () => {
  using repeated = new RepeatedLook(look, times);
  expect(looks).toBe(1);
  end?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(looks).toBe(1);
  for (let hints = 0; hints < 3; hints++) {
    repeated.hint();
    await vi.advanceTimersByTimeAsync(60);
  }
  expect(looks).toBe(1);
  repeated.hint();
  await vi.advanceTimersByTimeAsync(80);
  expect(looks).toBe(2);
});

it('answers hints that come during a look, or before its rest is over, by one look after it', async () => {
  const rest = { times: 2, longest: 1_000 };
  using repeated = new RepeatedLook(look, { ...times, rest });
  repeated.hint();
  await vi.advanceTimersByTimeAsync(300);
  repeated.hint();
  expect(looks).toBe(1);
  end?.();
  await vi.advanceTimersByTimeAsync(590);
  expect(looks).toBe(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(looks).toBe(2);
});

it('looks again after a look that failed, by the clock if asked to, and never once it is stopped', async () => {
  const failing = vi.fn(() => Promise.reject(new Error('EMFILE')));
  const repeated = new RepeatedLook(failing, { quiet: 0, longest: 0, every: 500 });
  await vi.advanceTimersByTimeAsync(1_100);
  expect(failing).toHaveBeenCalledTimes(3);
  repeated[Symbol.dispose]();
  repeated.hint();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(failing).toHaveBeenCalledTimes(3);
});
