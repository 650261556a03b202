import { expect, it } from 'vitest';
import { z } from 'zod';
import { numberNode } from '../testing.ts';
import { parseParams } from './param-problems.ts';

const definition = {
  ...numberNode,
  params: z.strictObject({
    day: z
      .string()
      .regex(/^\d+$/, 'must be digits')
      .refine((day) => Number(day) < 32, 'must be a day')
      .default('1'),
    trust: z.record(z.string(), z.number().max(1)).default({}),
    files: z.array(z.string().min(1)).default([]),
  }),
};
const problemsOf = (params: Readonly<Record<string, unknown>>) =>
  parseParams(definition, params).problems;

it('tells the first of what is wrong with one value', () => {
  expect(problemsOf({ day: 'x' })).toEqual([
    { code: 'bad-param', param: 'day', message: '"day" is invalid: must be digits, but is "x".' },
  ]);
  expect(problemsOf({ day: '40' })).toMatchObject([{ param: 'day' }]);
});

it('names each entry that is wrong', () => {
  expect(problemsOf({ trust: { 'a.b': 2, c: 1, d: 3 }, files: ['a', ''] })).toMatchObject([
    { param: 'trust', entry: 'a.b', message: '"a.b" of "trust" must be at most 1, but is 2.' },
    { param: 'trust', entry: 'd', message: '"d" of "trust" must be at most 1, but is 3.' },
    { param: 'files', entry: '1', message: '"files[1]" must not be empty.' },
  ]);
});
