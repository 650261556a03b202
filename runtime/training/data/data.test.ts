import fc from 'fast-check';
import type { TrainingExample } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { chooseBuckets } from './buckets.ts';
import { rowsOfStep, stepsPerEpoch } from './epoch.ts';
import { feedsOf, microBatches } from './micro-batch.ts';
import { prepareExamples } from './prepared-example.ts';
import { layOutRows } from './rows.ts';

const maxLength = 48;
const vocabulary = 1000;

/** Examples with at least one trained token. */
const examplesArbitrary = fc.array(
  fc
    .array(fc.tuple(fc.nat(vocabulary - 1), fc.constantFrom<0 | 1>(0, 1)), {
      minLength: 2,
      maxLength,
    })
    .filter((pairs) => pairs.some(([, trained], i) => i > 0 && trained === 1)),
  { minLength: 1, maxLength: 30 },
);
const toExamples = (drawn: readonly (readonly [number, 0 | 1])[][]): TrainingExample[] =>
  drawn.map((pairs, i) => ({
    id: `row ${i}`,
    tokens: pairs.map(([token]) => token),
    trained: pairs.map(([, trained]) => trained),
  }));

/** What is predicted in an example: the tokens before and the token itself. */
const predictions = ({ tokens, trained }: TrainingExample): string[] =>
  trained.flatMap((one, i) => (one === 1 && i > 0 ? [tokens.slice(0, i + 1).join(' ')] : []));

describe('an epoch', () => {
  it('predicts every trained token once, from what stands before it in its own example', () => {
    const setting = fc.record({
      drawn: examplesArbitrary,
      packing: fc.boolean(),
      batch: fc.integer({ min: 1, max: 9 }),
      size: fc.integer({ min: 1, max: 5 }),
      most: fc.integer({ min: 1, max: 4 }),
      epoch: fc.nat(3),
    });
    fc.assert(
      fc.property(setting, ({ drawn, packing, batch, size, most, epoch }) => {
        const given = toExamples(drawn);
        const examples = prepareExamples(given, { maxLength, vocabulary });
        const rows = layOutRows(examples, { packing, maxLength });
        const buckets = chooseBuckets(
          rows.map((row) => row.length),
          { most, limit: maxLength },
        );
        const steps = stepsPerEpoch(rows.length, batch);
        const predicted: string[] = [];
        for (let step = epoch * steps; step < (epoch + 1) * steps; step++) {
          const chosen = rowsOfStep(rows, step, { seed: 5, batch });
          const divisor = chosen.reduce((sum, row) => sum + row.trained, 0);
          let weight = 0;
          for (const micro of microBatches(chosen, { size, buckets })) {
            expect(micro.rows.length).toBeLessThanOrEqual(size);
            const feeds = feedsOf(micro, examples, divisor);
            predicted.push(...readBack(feeds, micro.length));
            weight += [...(feeds['weights'] ?? [])].reduce((sum, w) => sum + w, 0);
          }
          // The weights of a step add up to one, however it is cut.
          expect(weight).toBeCloseTo(1, 5);
        }
        expect(predicted.sort()).toEqual(given.flatMap(predictions).sort());
      }),
      { numRuns: 300 },
    );
  });

  /** Every weighted prediction of a micro-batch with what its place may look back at. */
  function readBack(feeds: ReturnType<typeof feedsOf>, length: number): string[] {
    const { tokens = [], labels = [], weights = [], segments = [], positions = [] } = feeds;
    const found: string[] = [];
    for (let at = 0; at < weights.length; at++) {
      if ((weights[at] ?? 0) <= 0) continue;
      const before: number[] = [];
      for (let i = at - (at % length); i <= at; i++) {
        if (segments[i] === segments[at]) before.push(tokens[i] ?? NaN);
      }
      expect(positions[at]).toBe(before.length - 1);
      found.push([...before, labels[at]].join(' '));
    }
    return found;
  }

  it('has an order of its own, the same for the same seed', () => {
    const rows = Array.from({ length: 40 }, (_, i) => i);
    const order = (epoch: number, seed: number): number[] =>
      Array.from({ length: 10 }, (_, i) =>
        rowsOfStep(rows, epoch * 10 + i, { seed, batch: 4 }),
      ).flat();
    expect(order(0, 1)).toEqual(order(0, 1));
    expect(order(0, 1)).not.toEqual(order(1, 1));
    expect(order(0, 1)).not.toEqual(order(0, 2));
    expect(order(1, 1).toSorted((a, b) => a - b)).toEqual(rows);
  });

  it('has it whatever else is asked for between its steps', () => {
    const rows = Array.from({ length: 6 }, (_, i) => i);
    const first = () => rowsOfStep(rows, 0, { seed: 1, batch: 6 });
    const alone = first();
    for (const [others, step, seed] of [
      [rows.slice(1), 0, 1],
      [rows, 1, 1],
      [rows, 0, 2],
    ] as const) {
      expect(rowsOfStep(others, step, { seed, batch: 6 })).not.toEqual(alone);
      expect(first()).toEqual(alone);
    }
    // Of as many others: the same places, other rows.
    const named = rows.map((row) => `row ${String(row)}`);
    expect(rowsOfStep(named, 0, { seed: 1, batch: 6 })).toEqual(
      alone.map((row) => `row ${String(row)}`),
    );
  });
});

describe('packing', () => {
  it('never overfills a row, and leaves no two that would fit into one', () => {
    fc.assert(
      fc.property(examplesArbitrary, (drawn) => {
        const examples = prepareExamples(toExamples(drawn), { maxLength, vocabulary });
        const rows = layOutRows(examples, { packing: true, maxLength });
        const lengths = rows.map((row) => row.length).sort((a, b) => a - b);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(maxLength);
        const [shortest = 0, next = maxLength] = lengths;
        expect(shortest + next).toBeGreaterThan(maxLength);
        expect(rows.flatMap((row) => row.examples).sort((a, b) => a - b)).toEqual([
          ...examples.keys(),
        ]);
      }),
    );
  });
});

describe('buckets', () => {
  it('take every length, are few, and are one where lengths are alike', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        (lengths, most) => {
          const buckets = chooseBuckets(lengths, { most, limit: 900 });
          expect(buckets.length).toBeLessThanOrEqual(most);
          expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
          expect(buckets.at(-1)).toBeGreaterThanOrEqual(Math.max(...lengths));
          expect(buckets.at(-1)).toBeLessThanOrEqual(900);
        },
      ),
    );
    expect(chooseBuckets([50, 60, 61], { most: 4, limit: 512 })).toEqual([64]);
  });

  it('are those that pad least', () => {
    const lengths = [...new Array<number>(90).fill(40), ...new Array<number>(10).fill(500)];
    expect(chooseBuckets(lengths, { most: 2, limit: 512 })).toEqual([64, 512]);
    expect(chooseBuckets(lengths, { most: 1, limit: 512 })).toEqual([512]);
  });
});

describe('examples', () => {
  const example = (id: string, trained: (0 | 1)[], token = 7): TrainingExample => ({
    id,
    tokens: trained.map(() => token),
    trained,
  });
  const refusal = (examples: TrainingExample[]): string => {
    try {
      prepareExamples(examples, { maxLength: 4, vocabulary: 10 });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  };

  it('that cannot be trained on are refused together, by their ids', () => {
    const message = refusal([
      example('a.jsonl:1', [0, 1]),
      example('a.jsonl:2', [0, 0, 0]),
      example('a.jsonl:3', [1, 0, 0]),
      example('a.jsonl:4', [0, 1, 1, 1, 1]),
      example('a.jsonl:5', [0, 1], 10),
    ]);
    expect(message).toMatch(/1 example is longer than the 4 tokens of a row: a\.jsonl:4 with 5;/);
    expect(message).toMatch(/2 examples are without a token to train: a\.jsonl:2, a\.jsonl:3;/);
    expect(message).toMatch(/1 example is with tokens that the model lacks: a\.jsonl:5;/);
  });

  it('are named up to five', () => {
    const many = Array.from({ length: 8 }, (_, i) => example(`r:${i}`, [0]));
    expect(refusal(many)).toMatch(/r:0, r:1, r:2, r:3, r:4 and 3 more/);
  });

  it('are read only as far as their last trained token', () => {
    const [prepared] = prepareExamples([example('a', [0, 1, 0, 0])], {
      maxLength: 4,
      vocabulary: 10,
    });
    expect(prepared?.inputs).toHaveLength(1);
    expect(prepared?.trained).toBe(1);
  });
});
