import { type Difference, evidenceTable, type Metric, type MetricRow } from '@graft/graph';
import { seedsOf } from './claim-tables.ts';
import type { ClaimTable, Expectation, RunItems } from './claim-file.ts';

/** The tables by experiment, and what their runs gave. */
export interface Evidence {
  readonly tables: Readonly<Record<string, ClaimTable>>;
  readonly items: readonly RunItems[];
}

export interface Outcome {
  readonly holds: boolean;
  /** Whether it points that way, be it more than chance or not; of `above` and `below` nothing is said of few items. */
  readonly points: boolean;
  /** The figures that say so. */
  readonly figures: string;
  /** What keeps it from being an expectation that can be tested. */
  readonly notAsked?: string;
}

interface CellName {
  readonly experiment: string;
  readonly variant: string;
  readonly metric: string;
}

/** What the evidence says of an expectation. Throws for a cell that the tables do not have. */
export function outcome(expectation: Expectation, evidence: Evidence): Outcome {
  const { is, than, by, ...one } = expectation;
  if (by !== undefined && is !== 'no worse') throw new Error('"by" is of "no worse".');
  if (typeof than === 'number') {
    if (is !== 'above' && is !== 'below') throw new Error(`"${is}" is of two variants.`);
    const { mean, interval } = meanOf(one, evidence);
    const [low, high] = interval ?? [Number.NaN, Number.NaN];
    const figures = `${digits(mean)} ${endsText([low, high], than)}`;
    return { holds: is === 'above' ? low > than : high < than, points: true, figures };
  }
  const other = otherCell(one, than);
  if (is === 'identical') {
    const [left, right] = rowsOf([one, other], evidence);
    const same = identical(left ?? [], right ?? []);
    return { holds: same > 0, points: same > 0, figures: `${String(same)} values the same` };
  }
  if (is === 'above' || is === 'below') throw new Error(`"${is}" is of a number.`);
  const metric = metricOf(one, evidence);
  const [base, row] = compared(one, other, evidence).rows;
  const difference = row?.cells[0]?.difference;
  if (difference === undefined) throw new Error(`${cellText(one)} has no item in common.`);
  const isRatio = difference.ratio === true;
  const none = isRatio ? 1 : 0;
  const sign = metric.direction === 'higher' ? 1 : -1;
  const gain = sign * (difference.mean - none);
  const allowed = (by ?? 0) * (isRatio ? 1 : (base?.cells[0]?.mean ?? 0));
  const times = isRatio ? '×' : '';
  const [low, high] = difference.interval ?? [Number.NaN, Number.NaN];
  const figures = `${times}${digits(difference.mean)} ${endsText([low, high], by === undefined ? none : none - sign * allowed, times)}`;
  if (is === 'no worse') {
    const ends = [sign * (low - none), sign * (high - none)];
    const worst = Math.min(...ends);
    const isRefuted = Math.max(...ends) < 0;
    return {
      ...{ holds: by !== undefined && worst >= -allowed, points: gain >= -allowed, figures },
      ...(by === undefined && !isRefuted ? { notAsked: noMargin } : {}),
    };
  }
  return {
    holds: difference.verdict === is,
    points: is === 'worse' ? gain < 0 : gain > 0,
    figures: `${figures}${testText(difference)}`,
  };
}

const noMargin = 'no margin was stated';

/** What the paired test says. */
function testText({ p, wins, losses }: Difference): string {
  if (p === null) return `, too few differ (${String(wins + losses)})`;
  return p < 0.0001 ? ', p < 0.0001' : `, p = ${String(Number(p.toPrecision(2)))}`;
}

/** What the right side leaves out is as on the left. */
function otherCell(one: CellName, than: Exclude<Expectation['than'], number>): CellName {
  if (typeof than === 'string') return { ...one, variant: than };
  const { experiment = one.experiment, variant = one.variant, metric = one.metric } = than;
  return { experiment, variant, metric };
}

const digits = (value: number): string => value.toPrecision(3);

/** An interval with three digits; one that excludes `beside` has as many as it takes to read so. */
function endsText([low, high]: readonly [number, number], beside: number, times = ''): string {
  const isOut = low > beside || high < beside;
  const write = (value: number): string => {
    let precision = 3;
    while (isOut && precision < 12 && Number(value.toPrecision(precision)) === beside)
      precision += 1;
    return times + value.toPrecision(precision);
  };
  return `[${write(low)}, ${write(high)}]`;
}

function compared(one: CellName, other: CellName, evidence: Evidence) {
  const [rows = [], otherRows = []] = rowsOf([one, other], evidence);
  const variant = (name: string, repeats: typeof rows) => ({ name, settings: {}, repeats });
  return evidenceTable([variant('other', otherRows), variant('one', rows)], {
    baseline: 'other',
    metrics: [{ ...metricOf(one, evidence), name: 'value' }],
  });
}

function meanOf(cell: CellName, evidence: Evidence) {
  const [row] = compared(cell, cell, evidence).rows;
  const [found] = row?.cells ?? [];
  if (found?.mean === undefined || found.mean === null)
    throw new Error(`${cellText(cell)} has no value.`);
  return { mean: found.mean, interval: found.interval };
}

function metricOf({ experiment, metric }: CellName, { tables }: Evidence): Metric {
  const found = tables[experiment]?.table.metrics.find(({ name }) => name === metric);
  if (found === undefined) throw new Error(`"${experiment}" has no metric "${metric}".`);
  return found;
}

/** The rows of cells, whatever their metrics are called, with a seed in the same place of each; undefined without a run. */
function rowsOf(cells: readonly CellName[], { items }: Evidence): (MetricRow[] | undefined)[][] {
  const runs = cells.map((cell) =>
    items.filter(
      ({ experiment, variant }) => experiment === cell.experiment && variant === cell.variant,
    ),
  );
  const seeds = seedsOf(runs.flat());
  return cells.map((cell, at) => {
    const rows = seeds.map((seed) =>
      runs[at]
        ?.find((run) => run.seed === seed)
        ?.rows.flatMap((row) => {
          const value = row.values[cell.metric];
          return value === undefined ? [] : [{ ...row, values: { value } }];
        }),
    );
    if (rows.flatMap((of) => of ?? []).length === 0) {
      throw new Error(`${cellText(cell)} has no items.`);
    }
    return rows;
  });
}

/** How many values of all runs are the same to the last bit; 0 where any is not. */
function identical(
  ones: readonly (MetricRow[] | undefined)[],
  others: readonly (MetricRow[] | undefined)[],
): number {
  let same = 0;
  for (const [at, rows = []] of ones.entries()) {
    const found = new Map(others[at]?.map(({ item, values }) => [item, values['value']]));
    if (found.size !== rows.length) return 0;
    for (const { item, values } of rows) {
      if (!found.has(item) || !Object.is(found.get(item), values['value'])) return 0;
      same += 1;
    }
  }
  return same;
}

const cellText = ({ experiment, variant, metric }: CellName): string =>
  `"${metric}" of "${variant}" in "${experiment}"`;
