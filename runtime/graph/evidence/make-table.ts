import { canonicalJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import type { Metric } from '../metrics/metric.ts';
import { type Arm, armsOf, missingInAll } from './arm.ts';
import { compareArms, type ArmDifference, fewestDiffering } from './compare-arms.ts';
import {
  type Cell,
  type Difference,
  type EvidenceTable,
  settingSchema,
  type TableRow,
  type Cost,
} from '../metrics/evidence-table.ts';
import { holm } from './sign-flip-test.ts';
import { estimatedMean } from './mean-interval.ts';
import { questionSums } from './questions.ts';
import { atOnce, byTurns, type Turns } from './turns.ts';
import type { MetricRow } from '../metrics/metrics.ts';

/** Results of one variant: the argument of `evidenceTable`. */
export interface VariantEvidence {
  /** Unique. */
  readonly name: string;
  /** All its settings; the table shows those that differ. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its metric rows, one list for each repeat (seed); only rows with an item count. Empty: no results. */
  readonly repeats: readonly (readonly MetricRow[])[];
  /** By metric, ids of items that failed in any repeat. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** Ids of the items that it received, if it stopped early; absent: all. */
  readonly given?: readonly string[];
  readonly cost?: Cost;
  /** Why it has no results, or only some: refused, failed, dropped. */
  readonly problem?: string;
  /** As in the table. */
  readonly named?: TableRow['named'];
}

const confidence = 0.95;
const error = 0.05;

export interface TableOptions {
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** In the order of the columns. */
  readonly metrics: readonly Metric[];
  /** Seed of the resampling and of the drawn signs; the same seed gives the same table. Default 0. */
  readonly seed?: number;
}

interface Compared {
  readonly row: number;
  readonly metric: number;
  readonly variant: Arm;
  readonly comparison: ArmDifference;
}

/**
 * The table of variants: means with intervals, paired differences from the baseline, and verdicts. All comparisons of
 * all metrics form one family: if nothing differs, at most 5 % of tables say `better` or `worse` anywhere. Comparisons
 * with too few differing questions are no tests and do not count. Throws `bad-param` for an unknown baseline, and for
 * two variants or metrics of one name.
 */
export function evidenceTable(
  variants: readonly VariantEvidence[],
  options: TableOptions,
): EvidenceTable {
  return atOnce(makeTable(variants, options));
}

/** The same, with a pause between its parts. */
export function evidenceTableByTurns(
  variants: readonly VariantEvidence[],
  options: TableOptions,
  pause: () => Promise<void>,
): Promise<EvidenceTable> {
  return byTurns(makeTable(variants, options), pause);
}

function* makeTable(
  variants: readonly VariantEvidence[],
  { baseline, metrics, seed = 0 }: TableOptions,
): Turns<EvidenceTable> {
  const names = variants.map(({ name }) => name);
  refuseTwice(names, 'variants');
  refuseTwice(
    metrics.map(({ name }) => name),
    'metrics',
  );
  const base = names.indexOf(baseline);
  if (base === -1) {
    throw new GraphError(
      'bad-param',
      `There is no variant "${baseline}" to use as the baseline.${suggestion(baseline, names)}`,
    );
  }
  const options = { confidence, seed };
  const compared: Compared[] = [];
  const columns: Cell[][] = [];
  const failedInAll: [string, number][] = [];
  for (const [at, metric] of metrics.entries()) {
    const arms = yield* armsOf(variants, metric);
    const baseArm = arms[base];
    const nowhere = missingInAll(arms);
    if (nowhere > 0) failedInAll.push([metric.name, nowhere]);
    const cells: Cell[] = [];
    for (const [row, arm] of arms.entries()) {
      if (row !== base && baseArm !== undefined) {
        const comparison = compareArms(arm, baseArm, { ...options, metric });
        yield;
        if (comparison !== undefined) compared.push({ row, metric: at, variant: arm, comparison });
      }
      cells.push(cellOf(arm, metric, options));
      yield;
    }
    columns.push(cells);
  }
  const differences = judged(compared);
  const settings = differingSettings(variants);
  return {
    baseline,
    confidence,
    metrics: [...metrics],
    settings,
    rows: variants.map((variant, row): TableRow => {
      const { name, cost = {}, problem, named } = variant;
      return {
        variant: name,
        settings: Object.fromEntries(
          settings.flatMap((setting) =>
            Object.hasOwn(variant.settings, setting)
              ? [[setting, settingSchema.parse(variant.settings[setting])]]
              : [],
          ),
        ),
        cells: columns.map((cells, metric): Cell => {
          const difference = differences.get(`${row} ${metric}`);
          const cell = cells[row] ?? { metric: '', mean: null, interval: null, n: 0, failures: 0 };
          return difference === undefined ? cell : { ...cell, difference };
        }),
        cost,
        ...(problem === undefined ? {} : { problem }),
        ...(named === undefined ? {} : { named }),
      };
    }),
    ...(failedInAll.length === 0 ? {} : { failedInAll: Object.fromEntries(failedInAll) }),
  };
}

function cellOf(
  arm: Arm,
  metric: Metric,
  options: { readonly confidence: number; readonly seed: number },
): Cell {
  const [sums] = questionSums(
    [...arm.values.values()].map((value) => [value]),
    1,
  );
  const failures = arm.missing.size;
  if (sums === undefined || sums.sums.length === 0) {
    return { metric: metric.name, mean: null, interval: null, n: 0, failures };
  }
  const { mean, interval } = estimatedMean(sums, metric, options);
  return { metric: metric.name, mean, interval, n: sums.sums.length, failures };
}

/** Applies Holm's correction over all comparisons; returns each verdict by row and metric. */
function judged(compared: readonly Compared[]): ReadonlyMap<string, Difference> {
  const tests = compared.filter(({ comparison }) => comparison.p !== null);
  const adjusted = holm(tests.map(({ comparison }) => comparison.p ?? 1));
  const adjustedOf = new Map(tests.map((test, at) => [test, adjusted[at] ?? 1]));
  return new Map(
    compared.map((cell) => [
      `${cell.row} ${cell.metric}`,
      difference(cell, adjustedOf.get(cell) ?? null),
    ]),
  );
}

function difference({ variant, comparison }: Compared, adjustedP: number | null): Difference {
  const { gain, pairedP, ...shown } = comparison;
  const tooFew = (reason: string): Difference => ({
    ...{ ...shown, adjustedP, verdict: 'too few', reason },
  });
  const differing = shown.wins + shown.losses;
  if (adjustedP === null) {
    return tooFew(
      `${differing === 0 ? 'No question differs' : differing === 1 ? 'Only 1 question differs' : `Only ${differing} questions differ`}; it takes ${fewestDiffering} to tell.`,
    );
  }
  if (adjustedP > error) {
    // It would differ by the shared items, but missing items prevent the verdict.
    if (pairedP !== shown.p && (pairedP ?? 1) <= error) {
      const who = gain > 0 ? 'it' : 'the baseline';
      return tooFew(
        `Rows that ${who} should have are missing. If those were as bad as possible, ${who} might not be better.`,
      );
    }
    return { ...shown, adjustedP, verdict: 'no difference shown' };
  }
  if (gain > 0 && variant.stopped) {
    return tooFew('It was stopped before it had seen all items, so it is not called better.');
  }
  return { ...shown, adjustedP, verdict: gain > 0 ? 'better' : 'worse' };
}

/** Settings that differ between variants, in order of first appearance. */
function differingSettings(variants: readonly VariantEvidence[]): string[] {
  const names = [...new Set(variants.flatMap(({ settings }) => Object.keys(settings)))];
  return names.filter((name) => {
    const values = variants.map(({ settings }) =>
      Object.hasOwn(settings, name) ? canonicalJson(settings[name]) : 'absent',
    );
    return new Set(values).size > 1;
  });
}

function refuseTwice(names: readonly string[], what: string): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new GraphError('bad-param', `Two ${what} have the name "${twice}". Rename one of them.`);
}
