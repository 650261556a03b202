import { expect, it } from 'vitest';
import {
  addedUsage,
  dollarsText,
  remoteUsageSchema,
  tokenCost,
  usageText,
} from './remote-usage.ts';

const usage = { requests: 1, inputTokens: 1200, outputTokens: 300 };

it('adds requests, tokens and costs; an unknown cost leaves the sum unknown', () => {
  expect(addedUsage([])).toBeUndefined();
  expect(addedUsage([usage])).toEqual(usage);
  expect(
    addedUsage([
      { ...usage, dollars: 0.5 },
      { ...usage, dollars: 0.25, guessed: true },
    ]),
  ).toEqual({
    ...{ requests: 2, inputTokens: 2400, outputTokens: 600, guessed: true, dollars: 0.75 },
  });
  expect(addedUsage([{ ...usage, dollars: 0.5 }, usage])).not.toHaveProperty('dollars');
});

it('adds up to what a record can hold, whatever a server reports', () => {
  const absurd = { requests: 1, inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: 1 };
  expect(remoteUsageSchema.safeParse(addedUsage([absurd, absurd])).success).toBe(true);
});

it('is a cost by the million tokens, if there is a price', () => {
  expect(tokenCost({ input: 0.25, output: 2 }, usage)).toBeCloseTo(0.0009, 10);
  expect(tokenCost({ input: 0, output: 0 }, usage)).toBe(0);
  expect(tokenCost(undefined, usage)).toBeUndefined();
});

it.each([
  [0, '$0'],
  [12.3, '$12.30'],
  [0.05, '$0.050'],
  [0.0042, '$0.0042'],
  [0.000_000_12, '$0.00000012'],
  [1e-12, 'less than $0.00000001'],
])('writes %f dollars as %s', (dollars, text) => {
  expect(dollarsText(dollars)).toBe(text);
});

it('says what was asked for', () => {
  expect(usageText(usage)).toBe('1 request, 1,200 tokens in, 300 out');
  expect(
    usageText({ ...usage, requests: 2, outputTokens: 0, guessed: true, dollars: 0.0042 }),
  ).toBe('2 requests, about 1,200 tokens in, about $0.0042');
});
