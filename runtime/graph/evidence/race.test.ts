import { describe, expect, it } from 'vitest';
import { raceAccount, raceLook, raceLooks } from './race.ts';
import { accuracyRows } from './testing/simulated-answers.ts';
import { accuracy, halfCorrelated, races } from './testing/simulations.ts';

const right = (share: number, n = 100) =>
  Array.from({ length: n }, (_, at) => (at < share * n ? 1 : 0));
const racer = (name: string, answers: readonly number[]) => ({
  name,
  repeats: [accuracyRows(answers)],
});
const rules = { metric: accuracy, baseline: 'base', variants: 4, looks: 6, error: 0.05 };

describe('raceLooks', () => {
  const ids = Array.from({ length: 23 }, (_, at) => `q${at}`);

  it('grow to all questions, each holding the one before, whatever their order', () => {
    const looks = raceLooks(ids, { looks: 5 });
    expect(looks.map(({ length }) => length)).toEqual([5, 10, 14, 19, 23]);
    for (const [at, look] of looks.entries()) {
      expect(new Set(look).size).toBe(look.length);
      expect(look.slice(0, looks[at - 1]?.length ?? 0)).toEqual(looks[at - 1] ?? []);
    }
    expect(raceLooks(ids.toReversed(), { looks: 5 })).toEqual(looks);
    expect(raceLooks(ids, { looks: 5, seed: 1 })).not.toEqual(looks);
  });
});

describe('raceLook', () => {
  it('drops who lies below the best so far, but never the baseline', () => {
    const racers = [racer('best', right(0.9)), racer('far', right(0.2)), racer('base', right(0.1))];
    const [drop, ...others] = raceLook([...racers, racer('near', right(0.88))], rules);
    expect(others).toEqual([]);
    expect(drop).toMatchObject({ variant: 'far', behind: 'best', n: 100 });
    expect(drop?.difference).toBeCloseTo(-0.7, 12);
    expect(drop?.interval[1]).toBeLessThan(0);
    // 5 % over five looks and three pairs, one-sided.
    expect(drop?.confidence).toBeCloseTo(1 - (2 * 0.05) / 15, 12);
  });

  it('drops by an exact test, far out too', () => {
    // Of 100 questions the leader has ten more right, or eleven: chance at 2 × 2⁻¹⁰ and 2 × 2⁻¹¹.
    const twelve = { ...rules, variants: 12 };
    const behind = (lost: number) =>
      raceLook([racer('best', right(0.6)), racer('other', right(0.6 - lost / 100))], twelve);
    const level = (2 * 0.05) / 55;
    expect(2 * 2 ** -10).toBeGreaterThan(level);
    expect(behind(10)).toEqual([]);
    expect(2 * 2 ** -11).toBeLessThan(level);
    expect(behind(11).map(({ variant }) => variant)).toEqual(['other']);
    expect(behind(11)[0]?.interval[1]).toBeLessThan(0);
  });

  it('tells by drawn signs how far out numbers of any size are', () => {
    const graded = (name: string, by: number) => ({
      name,
      repeats: [
        Array.from({ length: 60 }, (_, at) => ({
          ...{ series: 'answers', item: `q${at}` },
          values: { accuracy: 0.5 + by * (1 + (at % 7) / 10) },
        })),
      ],
    });
    const racers = [graded('best', 0.1), graded('far', -0.1)];
    // Two thousand variants: far below what 9,999 draws can tell.
    const many = { ...rules, variants: 2_000 };
    expect(raceLook(racers, many).map(({ variant }) => variant)).toEqual(['far']);
  });

  it('drops by any error that is allowed', () => {
    const racers = [
      racer('best', right(0.9)),
      racer('near', right(0.7)),
      racer('base', right(0.9)),
    ];
    const least = { ...rules, variants: 2, looks: 2 };
    for (const error of [0.001, 0.05, 0.3, 0.49]) {
      expect(raceLook(racers, { ...least, error }), String(error)).toHaveLength(1);
    }
  });

  it('goes the other way where lower is better', () => {
    const drops = raceLook([racer('low', right(0.1)), racer('high', right(0.9))], {
      ...{ ...rules, metric: { ...accuracy, direction: 'lower' } },
    });
    expect(drops.map(({ variant }) => variant)).toEqual(['high']);
  });

  it('drops no one by fewer than ten questions that differ, or by a leader that left some out', () => {
    expect(raceLook([racer('best', right(1, 9)), racer('none', right(0, 9))], rules)).toEqual([]);
    const partly = racer('partly', right(1, 50));
    expect(raceLook([partly, racer('all', right(0, 100))], rules)).toEqual([]);
    expect(raceLook([], rules)).toEqual([]);
    expect(() => raceLook([], { ...rules, looks: 1 })).toThrow('two looks');
  });
});

it('says what was saved and what was risked', () => {
  const counts = { dropped: 2, variants: 4, made: 1500, whole: 2000, error: 0.05 };
  expect(raceAccount(counts)).toBe(
    'The race dropped 2 of 4 variants early: 1,500 evaluations instead of 2,000, 25 % saved. The risk that it dropped the best for these seeds is at most 5 %.',
  );
  expect(raceAccount({ ...counts, dropped: 0, made: 2000 })).toContain('risked nothing');
});

// Acceptance, with a few of the simulations of bench/statistics.
describe('12 variants, 240 questions, six looks', () => {
  const setting = { questions: 240, looks: 6, common: halfCorrelated };
  const evenly = Array.from({ length: 12 }, (_, at) => 0.6 - (0.2 * at) / 11);

  it.each([
    ['rates evenly from .60 to .40', evenly],
    ['.60 over eleven of .58', [0.6, ...Array<number>(11).fill(0.58)]],
  ])('keep the best of %s', (_, rates) => {
    const { bestKept } = races({ ...setting, rates }, { simulations: 60, seed: 7 });
    expect(bestKept).toBeGreaterThanOrEqual(0.95);
  });

  it('save two fifths where nine are far behind', () => {
    const rates = [0.6, 0.58, 0.56, ...Array<number>(9).fill(0.4)];
    const { bestKept, saved } = races({ ...setting, rates }, { simulations: 60, seed: 7 });
    expect(bestKept).toBeGreaterThanOrEqual(0.95);
    expect(saved).toBeGreaterThanOrEqual(0.4);
  });
});
