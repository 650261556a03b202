import { createTRPCClient, retryLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AppRouter } from '../server/router/index.ts';
import { subscriptionRetry } from './client.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Fails each time that it is asked, and notes when that was. */
const failing =
  (code: string, askedAt: number[]): TRPCLink<AppRouter> =>
  () =>
  () =>
    observable((observer) => {
      askedAt.push(Date.now());
      const data = { code, httpStatus: 500 };
      observer.error(
        TRPCClientError.from<AppRouter>({ error: { code: -32_603, message: 'Busy.', data } }),
      );
    });

function follow(code: string): {
  readonly askedAt: readonly number[];
  readonly failed: () => void;
} {
  const askedAt: number[] = [];
  const failed = vi.fn();
  const links = [retryLink<AppRouter>(subscriptionRetry), failing(code, askedAt)];
  const client = createTRPCClient<AppRouter>({ links });
  client.live.feed.subscribe({ run: null, file: null, after: 0 }, { onError: failed });
  return { askedAt, failed };
}

it.each(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'])(
  'asks again after %s for as long as it takes, at most 30 seconds apart',
  async (code) => {
    const { askedAt, failed } = follow(code);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(failed).not.toHaveBeenCalled();
    const gaps = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
    expect(gaps.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(new Set(gaps.slice(6))).toEqual(new Set([30_000]));
  },
);

it('takes a refusal for what it is', () => {
  const { askedAt, failed } = follow('UNAUTHORIZED');
  expect(askedAt).toHaveLength(1);
  expect(failed).toHaveBeenCalledOnce();
});
