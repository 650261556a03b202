import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { rougeL } from './rouge-l.ts';
import { contains, exactMatch, squadF1 } from './squad.ts';

/** Made by fixtures/reference-scores.py. */
const fixture = await readFile(
  join(import.meta.dirname, 'fixtures', 'reference-scores.json'),
  'utf8',
);
const rows = z
  .array(
    z.strictObject({
      ...{ answer: z.string(), reference: z.string() },
      ...{ exactMatch: z.number(), f1: z.number(), rougeL: z.number() },
    }),
  )
  .parse(JSON.parse(fixture));

it.each(rows)('of $answer for $reference', ({ answer, reference, ...wanted }) => {
  expect(Number(exactMatch(answer, reference))).toBe(wanted.exactMatch);
  expect(squadF1(answer, reference)).toBeCloseTo(wanted.f1, 9);
  expect(rougeL(answer, reference)).toBeCloseTo(wanted.rougeL, 9);
});

it('has every kind of score', () => {
  expect(rows.length).toBeGreaterThan(80);
  expect(new Set(rows.map((row) => row.exactMatch))).toEqual(new Set([0, 1]));
  expect(rows.filter(({ rougeL }) => rougeL > 0 && rougeL < 1).length).toBeGreaterThan(40);
});

it('reads words of every script', () => {
  expect(rougeL('Печь горячая', 'печь холодная')).toBe(0.5);
  expect(squadF1('Das naïve Kind', 'naïve Kinder')).toBeCloseTo(2 / 5, 12);
});

it.each([
  ['It costs £40.50, in all.', '£40.50 (list price £34.00).', true],
  ['It costs £34.00.', '£40.50 (list price £34.00).', false],
  ['Ten (or so), at noon.', 'Ten (or so), at noon.', true],
  ['It is (as a rule) shut.', '(As a rule.)', true],
  ['It was 2900 plates', '900 plates', false],
  ['Maud Larrant and Effie', 'Maud and Effie', false],
  ['Anything', '', false],
  ['Anything', 'the', false],
])('%j contains %j: %s', (answer, reference, held) => {
  expect(contains(answer, reference)).toBe(held);
});
