import type { Difference, EvidenceTable, TableRow } from '../metrics/evidence-table.ts';

/**
 * How a variant stands to the best mean of a metric.
 * - `leads`: it has that mean.
 * - `open`: its mean is not the best, and the table does not show that it is worse than the best.
 * - `behind`: the table shows that it is worse. It compares variants with the baseline alone, so that this follows only
 *   if the best is the baseline, or is shown better than the baseline while the variant is the baseline or worse.
 * - `none`: it has no mean.
 */
export type Standing = 'leads' | 'open' | 'behind' | 'none';

/** Means closer than this share of their size are equal: sums of the same numbers may differ in their last bits. */
const rounding = 1e-9;

const isEqual = (a: number, b: number): boolean =>
  Math.abs(a - b) <= rounding * Math.max(1e-9, Math.abs(a), Math.abs(b));

/** How each variant of a table stands by the metric of that index, in the table's order. */
export function standings(table: EvidenceTable, metric: number): readonly Standing[] {
  const { rows, baseline, metrics } = table;
  const sign = metrics[metric]?.direction === 'lower' ? -1 : 1;
  const means = rows.map(({ cells }) => cells[metric]?.mean ?? null);
  const known = means.filter((mean) => mean !== null);
  if (known.length === 0) return rows.map(() => 'none');
  const best = sign * Math.max(...known.map((mean) => sign * mean));
  const leads = means.map((mean) => mean !== null && isEqual(mean, best));
  const verdicts = rows.map(({ cells }) => cells[metric]?.difference?.verdict);
  const baselineLeads = rows.some(({ variant }, at) => variant === baseline && leads[at] === true);
  const isShownBest = leads.some((leading, at) => leading && verdicts[at] === 'better');
  return rows.map(({ variant }, at): Standing => {
    if (means[at] === null) return 'none';
    if (leads[at] === true) return 'leads';
    if (baselineLeads) return verdicts[at] === 'worse' ? 'behind' : 'open';
    return isShownBest && (variant === baseline || verdicts[at] === 'worse') ? 'behind' : 'open';
  });
}

/**
 * Whether the table shows that those which lead by the metric of that index owe it to more than chance: they are better
 * than the baseline, or the baseline leads and every other variant is worse.
 */
export function isLeadShown(table: EvidenceTable, metric: number): boolean {
  const stand = standings(table, metric);
  const leading = table.rows.filter((_, at) => stand[at] === 'leads');
  const others = table.rows.filter((_, at) => stand[at] === 'open' || stand[at] === 'behind');
  const verdictOf = ({ cells }: TableRow) => cells[metric]?.difference?.verdict;
  return leading.some(({ variant }) => variant === table.baseline)
    ? others.length > 0 && others.every((row) => verdictOf(row) === 'worse')
    : leading.some((row) => verdictOf(row) === 'better');
}

/** The rows of a table by the metric of that index, best mean first; those without a mean last. */
export function bestFirst(table: EvidenceTable, metric = 0): readonly TableRow[] {
  const sign = table.metrics[metric]?.direction === 'lower' ? 1 : -1;
  const meanOf = ({ cells }: TableRow): number | null => cells[metric]?.mean ?? null;
  return table.rows.toSorted((a, b) => {
    const [x, y] = [meanOf(a), meanOf(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return isEqual(x, y) ? 0 : sign * (x - y);
  });
}

/** What a comparison with the baseline found. The last three say why there is no verdict. */
export type Finding = 'better' | 'worse' | 'even' | 'equal' | 'few' | 'lacking';

export function findingOf({ verdict, p, wins, losses }: Difference): Finding {
  if (verdict === 'no difference shown') return 'even';
  if (verdict !== 'too few') return verdict;
  if (wins + losses === 0) return 'equal';
  // Enough questions differ: rows are missing, or the run was stopped early.
  return p === null ? 'few' : 'lacking';
}
