import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agreementOf } from '@graft/graph';
import { expect, it } from 'vitest';
import { z } from 'zod';

/** Made by fixtures/agreement.py. */
const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'agreement.json'), 'utf8');
const rows = z
  .array(
    z.strictObject({
      counts: z.tuple([z.int(), z.int(), z.int(), z.int()]),
      ...{ kappa: z.number(), kappaLow: z.number(), kappaHigh: z.number() },
      ...{ agreementLow: z.number(), agreementHigh: z.number() },
    }),
  )
  .parse(JSON.parse(fixture));

const opinions = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;

it.each(rows)('of $counts', ({ counts, kappa, kappaLow, kappaHigh, ...share }) => {
  const pairs = opinions.flatMap(([person, metric], at) =>
    Array.from({ length: counts[at] ?? 0 }, () => ({ person, metric })),
  );
  const found = agreementOf(pairs);
  expect([found.bothRight, found.onlyPerson, found.onlyMetric, found.bothWrong]).toEqual(counts);
  expect(found.kappa).toBeCloseTo(kappa, 9);
  expect(found.interval[0]).toBeCloseTo(share.agreementLow, 9);
  expect(found.interval[1]).toBeCloseTo(share.agreementHigh, 9);
  if (kappaHigh - kappaLow < 1e-6) {
    expect(found.kappaInterval).toBeUndefined();
    return;
  }
  // A kappa is between -1 and 1, which the large-sample interval does not know.
  expect(found.kappaInterval?.[0]).toBeCloseTo(Math.max(-1, kappaLow), 6);
  expect(found.kappaInterval?.[1]).toBeCloseTo(Math.min(1, kappaHigh), 6);
});

it('has no kappa where neither says anything but the same', () => {
  const pairs = Array.from({ length: 5 }, () => ({ person: true, metric: true }));
  expect(agreementOf(pairs)).toMatchObject({
    share: 1,
    kappa: undefined,
    kappaInterval: undefined,
  });
});

it('knows a fixture of every kind', () => {
  expect(rows.some(({ kappa }) => kappa < 0)).toBe(true);
  expect(rows.some(({ kappa }) => kappa === 1)).toBe(true);
  expect(rows.some(({ counts }) => counts.includes(0))).toBe(true);
});
