import {
  coverageOf,
  designs,
  familyWiseError,
  halfCorrelated,
  pairsDesign,
  races,
  simulatedPower,
  trainings,
} from '@graft/graph/testing';
import { powerOf } from '@graft/graph';
import { printTable, verdict } from '../report/table.ts';

/**
 * Whether the statistics of experiments hold what they promise, by simulation: `coverage`, `family`, `races`, `power`, or all
 * without an argument; the number after it is that of simulations.
 */
const [part, count] = process.argv.slice(2);
const simulated = { simulations: Number(count ?? 2000), seed: 1 };
/** Races of many variants take as many times longer. */
const manyVariants = Math.ceil(Number(count ?? 2000) / 10);
const digits = (value: number, places = 3): string => value.toFixed(places);

if (part === undefined || part === 'coverage') {
  const rows: string[][] = [];
  let missed = 0;
  const hard = [pairsDesign([0.1, 0.03]), pairsDesign([0.95, 0.9]), trainings(3)];
  for (const design of [...designs, ...hard]) {
    for (const groups of [20, 40, 100, 400]) {
      const { mean, difference, tooFew } = coverageOf(design, groups, simulated);
      const isHeld = [mean, difference].every(
        (covered) => covered >= 0.93 && (groups < 40 || covered <= 0.98),
      );
      const isBar = !hard.includes(design);
      if (isBar && !isHeld) missed += 1;
      rows.push([
        ...[
          design.name,
          String(groups),
          ...[mean, difference, tooFew].map((share) => digits(share)),
        ],
        isBar ? (isHeld ? 'met' : 'MISSED') : 'reported',
      ]);
    }
  }
  console.log('\n95 % intervals that hold the true mean of a variant and its true difference\n');
  printTable(['design', 'groups', 'mean', 'difference', 'said “too few”', '.93–.98'], rows);
  console.log(
    `\nBar: at least .93, and from 40 groups on at most .98: ${missed === 0 ? 'met' : 'MISSED'}`,
  );
}

if (part === undefined || part === 'family') {
  console.log('\nTables of 12 equally good variants that call any of them better or worse\n');
  const rows: string[][] = [];
  for (const questions of [30, 100, 400]) {
    for (const rate of [0.5, 0.1]) {
      const error = familyWiseError({ variants: 12, questions, rate }, simulated);
      rows.push([
        `${String(questions)} · ${String(rate)}`,
        digits(error, 4),
        verdict(error, { atMost: 0.055 }),
      ]);
    }
  }
  printTable(['questions · rate', 'family-wise error', '≤ .055'], rows);
}

if (part === undefined || part === 'races') {
  console.log('\nRaces of 12 variants over 240 questions in six looks\n');
  const settings: readonly (readonly [string, readonly number[], number | undefined])[] = [
    ['evenly .40–.60', Array.from({ length: 12 }, (_, at) => 0.6 - (0.2 * at) / 11), undefined],
    ['.60 over eleven of .58', [0.6, ...Array<number>(11).fill(0.58)], undefined],
    ['.60, .58, .56 over nine of .40', [0.6, 0.58, 0.56, ...Array<number>(9).fill(0.4)], 0.4],
  ];
  const rows: string[][] = [];
  for (const [what, common] of [
    ['.5', halfCorrelated],
    ['0', 0],
  ] as const) {
    for (const [name, rates, atLeast] of settings) {
      const { bestKept, saved } = races({ rates, questions: 240, looks: 6, common }, simulated);
      rows.push([
        ...[name, what, digits(bestKept), verdict(bestKept, { atLeast: 0.95 })],
        ...[digits(saved), atLeast === undefined ? '' : verdict(saved, { atLeast })],
      ]);
    }
  }
  printTable(['rates', 'correlation', 'best kept', '≥ .95', 'saved', '≥ .40'], rows);

  console.log('\nRaces of 150 variants over few questions, whose levels lie far out\n');
  const far: string[][] = [];
  for (const questions of [60, 80]) {
    const rates = [0.6, ...Array<number>(149).fill(0.58)];
    const setting = { rates, questions, looks: 6, common: halfCorrelated };
    const { bestKept, saved } = races(setting, { ...simulated, simulations: manyVariants });
    far.push([
      ...[String(questions), digits(bestKept), verdict(bestKept, { atLeast: 0.95 })],
      digits(saved),
    ]);
  }
  printTable(['questions', 'best kept', '≥ .95', 'saved'], far);
}

if (part === undefined || part === 'power') {
  console.log('\nThe power that is planned, and that of simulated tables\n');
  const rows: string[][] = [];
  for (const [planned, gain] of [
    [{ questions: 40, comparisons: 1, rate: 0.5 }, 0.3],
    [{ questions: 80, comparisons: 4, rate: 0.3 }, 0.2],
    [{ questions: 200, comparisons: 11, rate: 0.7 }, 0.12],
    [{ questions: 400, comparisons: 1, rate: 0.9 }, 0.05],
    [{ questions: 80, comparisons: 5, rate: 0.5 }, 0.1],
  ] as const) {
    const { questions, comparisons, rate } = planned;
    const [said, seen] = [powerOf(gain, planned), simulatedPower(gain, planned, simulated)];
    rows.push([
      ...[questions, comparisons, rate, gain].map(String),
      ...[digits(said), digits(seen), verdict(Math.abs(said - seen), { atMost: 0.05 })],
    ]);
  }
  printTable(
    ['questions', 'comparisons', 'rate', 'gain', 'planned', 'simulated', 'apart ≤ .05'],
    rows,
  );
}
