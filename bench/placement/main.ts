import { median, printTable, verdict } from '../report/table.ts';
import { bound } from './bound.ts';
import { simulatedRuns, simulatedWorkers } from './load.ts';
import { simulate } from './simulate.ts';

/** What the rules by which workers take steps reach, in virtual time. Arguments: steps, workers, seeds. */
const steps = Number(process.argv[2] ?? 10_000);
const count = Number(process.argv[3] ?? 200);
const seeds = Number(process.argv[4] ?? 3);

const hour = 3_600;
const lives: readonly (readonly [string, number])[] = [
  ['for ever', Number.POSITIVE_INFINITY],
  ['8 hours', 8 * hour],
  ['2 hours', 2 * hour],
];
const rows = lives.flatMap(([life, meanLife]) =>
  Array.from({ length: seeds }, (_, at) => {
    const seed = at + 1;
    const runs = simulatedRuns(steps, seed);
    const workers = simulatedWorkers(count);
    const made = simulate(runs, workers, { seed, meanLife });
    const work = made.worked + made.undone;
    const least = bound(runs, workers, made.offered / made.seconds);
    return { life, seed, made, used: work / (work + made.idle), ofBound: least / made.seconds };
  }),
);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const minutes = (seconds: number): string => `${(seconds / 60).toFixed(0)} min`;
printTable(
  ['workers live', 'seed', 'died', 'slots used', 'undone', 'failed', 'too large', 'hours'].concat([
    'of the bound',
    'median wait',
    'longest',
    'overtaken',
  ]),
  rows.map(({ life, seed, made, used, ofBound }) => {
    const waits = made.waits.map(({ seconds }) => seconds);
    return [
      ...[life, String(seed), String(made.deaths), percent(used)],
      ...[percent(made.undone / (made.worked + made.undone)), String(made.failed)],
      ...[String(made.tooLarge), (made.seconds / hour).toFixed(1), percent(ofBound)],
      ...[minutes(median(waits)), minutes(Math.max(...waits))],
      minutes(Math.max(...made.waits.map(({ overtaken }) => overtaken))),
    ];
  }),
);
const used = Math.min(...rows.map((row) => row.used));
console.log(`slots used while steps wait that fit, at least: ${verdict(used, { atLeast: 0.85 })}`);
