import { canonicalJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import type { Metric } from '../metrics/metric.ts';
import { type Arm, armsOf, missingInAll, seedsIn, sharedSeeds } from './arm.ts';
import {
  type ArmDifference,
  compareArms,
  type ComparisonOptions,
  differenceAt,
  fewestDiffering,
} from './compare-arms.ts';
import {
  type Cell,
  type Difference,
  type EvidenceTable,
  settingSchema,
  type TableRow,
  type Cost,
} from '../metrics/evidence-table.ts';
import { type GroupSums, placesOf, sumsAt } from './groups.ts';
import { scaleOf } from './item-values.ts';
import { estimatedMean } from './mean-interval.ts';
import { holm, type HolmTest } from './sign-flip-test.ts';
import { fewestSeeds } from './two-way.ts';
import { atOnce, byTurns, type Turns } from './turns.ts';
import type { MetricRow } from '../metrics/metrics.ts';

/** Results of one variant: the argument of `evidenceTable`. */
export interface VariantEvidence {
  /** Unique. */
  readonly name: string;
  /** All its settings; the table shows those that differ. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * Its metric rows, one list for each repeat; only rows with an item count. Empty: no results. All variants have a seed
   * in the same place; undefined: its run was stopped.
   */
  readonly repeats: readonly (readonly MetricRow[] | undefined)[];
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

const error = 0.05;
const confidence = 1 - error;

export interface TableOptions {
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** In the order of the columns. */
  readonly metrics: readonly Metric[];
  /** Seed of the resampling and of the drawn signs; the same seed gives the same table. Default 0. */
  readonly seed?: number;
}

interface Compared extends ComparisonOptions {
  /** Row and metric. */
  readonly at: string;
  readonly variant: Arm;
  /** What its counts are of. */
  readonly unit: 'question' | 'group';
  readonly comparison: ArmDifference;
}

/**
 * The table of variants: means with intervals, paired differences from the baseline, and verdicts. All comparisons of
 * all metrics form one family: if nothing differs, at most 5 % of tables say `better` or `worse` anywhere. The interval of
 * a difference inverts its test at the level of that correction. Comparisons with too few differing groups are no tests
 * and do not count. Throws `bad-param` for an unknown baseline, and for
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
  const rows = variants.flatMap(({ repeats }) => repeats.flatMap((of) => of ?? []));
  const unit = rows.some(({ group }) => group !== undefined) ? 'group' : 'question';
  const compared: Compared[] = [];
  const columns: Cell[][] = [];
  const failedInAll: [string, number][] = [];
  const seedCounts: number[] = [];
  for (const [at, metric] of metrics.entries()) {
    const arms = yield* armsOf(variants, metric);
    const baseArm = arms[base];
    seedCounts.push(...seedsBehind(arms, baseArm));
    const nowhere = missingInAll(arms);
    if (nowhere > 0) failedInAll.push([metric.name, nowhere]);
    const cells: Cell[] = [];
    for (const [row, arm] of arms.entries()) {
      if (row !== base && baseArm !== undefined) {
        const comparison = compareArms(arm, baseArm, { metric, seed });
        yield;
        if (comparison !== undefined) {
          compared.push({ at: `${row} ${at}`, variant: arm, unit, comparison, metric, seed });
        }
      }
      cells.push(yield* cellOf(arm, { metric, seed }));
      yield;
    }
    columns.push(cells);
  }
  const differences = yield* judged(compared);
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
    seeds: seedCounts.length === 0 ? 1 : Math.max(1, Math.min(...seedCounts)),
    ...(unit === 'group' ? { grouped: true } : {}),
    ...(failedInAll.length === 0 ? {} : { failedInAll: Object.fromEntries(failedInAll) }),
  };
}

/** Of each mean, and of each comparison with the baseline, how many seeds are behind it. */
function seedsBehind(arms: readonly Arm[], baseArm: Arm | undefined): number[] {
  const measured = arms.filter(({ values }) => values.size > 0);
  return measured.flatMap((arm) => [
    seedsIn(arm),
    ...(baseArm === undefined || baseArm.values.size === 0
      ? []
      : [sharedSeeds(arm, baseArm).length]),
  ]);
}

function* cellOf(arm: Arm, { metric, seed }: ComparisonOptions): Turns<Cell> {
  const items = [...arm.values.values()].map((value) => [value]);
  const places = placesOf(items);
  const failures = arm.missing.size;
  if (places.size === 0) {
    return { metric: metric.name, mean: null, interval: null, n: 0, failures };
  }
  const sumsOf = (values: typeof items): GroupSums[] => [...sumsAt(values, 1, places)];
  const given = seedsIn(arm) < fewestSeeds ? [] : arm.seeds.filter(({ size }) => size > 0);
  const seeds = given.flatMap((own) => sumsOf([...own.values()].map((value) => [value])));
  const [all = noSums] = sumsOf(items);
  const estimated = yield* estimatedMean({ all, seeds }, metric, { level: error, seed });
  return { metric: metric.name, ...estimated, n: places.size, failures };
}

const noSums: GroupSums = { sums: new Float64Array(), weights: new Float64Array() };

/** Applies Holm's correction over all comparisons; returns each difference by row and metric. */
function* judged(compared: readonly Compared[]): Turns<ReadonlyMap<string, Difference>> {
  const tests = compared.filter(({ comparison }) => comparison.p !== null);
  const corrected = holm(
    tests.map(({ comparison }) => comparison.p ?? 1),
    error,
  );
  const testOf = new Map(tests.map((test, at) => [test, corrected[at]]));
  const differences = new Map<string, Difference>();
  for (const cell of compared) {
    differences.set(cell.at, yield* differenceIn(cell, testOf.get(cell)));
    yield;
  }
  return differences;
}

function* differenceIn(
  { variant, comparison, metric, seed, unit }: Compared,
  test: HolmTest | undefined,
): Turns<Difference> {
  const { level, adjustedP } = test ?? { level: error, adjustedP: null };
  const shown = verdictOf(comparison, adjustedP, { stopped: variant.stopped, unit });
  const rejects = shown.verdict === 'better' || shown.verdict === 'worse';
  const { mean, interval } = yield* differenceAt(comparison, { metric, seed, level, rejects });
  const { n, wins, ties, losses, p } = comparison;
  return {
    ...{ mean, interval, confidence: 1 - level, n, wins, ties, losses, p, adjustedP },
    ...(scaleOf(metric).isRatio ? { ratio: true } : {}),
    ...shown,
  };
}

function verdictOf(
  { gain, p, pairedP, wins, losses }: ArmDifference,
  adjustedP: number | null,
  { stopped, unit }: { readonly stopped: boolean; readonly unit: string },
): Pick<Difference, 'verdict' | 'reason'> {
  const tooFew = (reason: string) => ({ verdict: 'too few', reason }) as const;
  const differing = wins + losses;
  if (adjustedP === null) {
    return tooFew(
      `${differing === 0 ? `No ${unit} differs` : differing === 1 ? `Only 1 ${unit} differs` : `Only ${differing} ${unit}s differ`}; it takes ${fewestDiffering} to tell.`,
    );
  }
  if (adjustedP > error) {
    // It would differ by the shared items, but missing items prevent the verdict.
    if (pairedP !== p && (pairedP ?? 1) <= error) {
      const who = gain > 0 ? 'it' : 'the baseline';
      return tooFew(
        `Rows that ${who} should have are missing. If those were as bad as possible, ${who} might not be better.`,
      );
    }
    return { verdict: 'no difference shown' };
  }
  if (gain > 0 && stopped) {
    return tooFew('It stopped before it had seen all rows, so it is not called better.');
  }
  return { verdict: gain > 0 ? 'better' : 'worse' };
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
