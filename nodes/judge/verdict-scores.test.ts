import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { contextPrecision } from '../kit/evaluation/numeric.ts';
import { agreement, answerRelevancy, majority, shareOfYes } from './verdict-scores.ts';

const bit = z.union([z.literal(0), z.literal(1)]).transform((one) => one === 1);
/** Made by fixtures/judge-scores.py. */
const fixture = z
  .strictObject({
    verdicts: z.array(
      z.strictObject({
        ...{ votes: z.array(z.array(bit)), verdicts: z.array(bit) },
        ...{ faithfulness: z.number(), contextRecall: z.number(), contextPrecision: z.number() },
        agreement: z.number().nullable(),
      }),
    ),
    relevancy: z.array(
      z.strictObject({
        ...{ similarities: z.array(z.number()), noncommittal: z.array(bit) },
        answerRelevancy: z.number(),
      }),
    ),
  })
  .parse(
    JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'judge-scores.json'), 'utf8')),
  );

it('makes of verdicts what ragas makes of them', () => {
  expect(fixture.verdicts).toHaveLength(60);
  for (const { votes, verdicts, ...wanted } of fixture.verdicts) {
    const counted = votes.map(majority);
    expect(counted).toEqual(verdicts);
    expect(shareOfYes(verdicts)).toBeCloseTo(wanted.faithfulness, 9);
    expect(shareOfYes(verdicts)).toBeCloseTo(wanted.contextRecall, 9);
    // Ragas adds 1e-10 to what it divides by.
    expect(contextPrecision(verdicts)).toBeCloseTo(wanted.contextPrecision, 8);
    const agreed = agreement(votes);
    if (wanted.agreement === null) expect(agreed).toBeUndefined();
    else expect(agreed).toBeCloseTo(wanted.agreement, 9);
  }
  const between = fixture.verdicts.filter(
    ({ faithfulness, contextPrecision: precision }) =>
      faithfulness > 0 && faithfulness < 1 && precision > 0 && precision < 0.99,
  );
  expect(between.length).toBeGreaterThan(10);
});

it('makes of questions what ragas makes of them', () => {
  expect(fixture.relevancy).toHaveLength(30);
  for (const { similarities, noncommittal, answerRelevancy: wanted } of fixture.relevancy) {
    const made = similarities.map((similarity, at) => ({
      similarity,
      noncommittal: noncommittal[at] ?? false,
    }));
    expect(answerRelevancy(made)).toBeCloseTo(wanted, 9);
  }
  const zero = fixture.relevancy.filter(({ answerRelevancy: wanted }) => wanted === 0);
  expect(zero.length).toBeGreaterThan(3);
});

it('leaves out what could not be read, and says nothing of nothing', () => {
  expect(majority([null, true, false, false])).toBe(false);
  expect(majority([null, true, false])).toBe(true);
  expect([majority([]), majority([null])]).toEqual([undefined, undefined]);
  expect(agreement([[true, null], [null]])).toBeUndefined();
  expect(agreement([[true, null, true], [null]])).toBe(1);
  expect([shareOfYes([]), answerRelevancy([])]).toEqual([undefined, undefined]);
  expect(contextPrecision([])).toBe(0);
});
