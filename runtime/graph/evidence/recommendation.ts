import type { EvidenceTable, Recommendation, TableRow } from '../metrics/evidence-table.ts';
import type { Metric } from '../metrics/metric.ts';
import { type Arm, armsOf } from './arm.ts';
import { compareArms } from './compare-arms.ts';
import type { VariantEvidence } from './make-table.ts';
import { holm } from './sign-flip-test.ts';
import { byTurns, type Turns } from './turns.ts';

/** With fewer groups behind the deciding metric, no variant is recommended. */
export const fewestToRecommend = 40;

const error = 0.05;

export interface RecommendationInput {
  /** Of the variants, in their order. */
  readonly table: EvidenceTable;
  readonly variants: readonly VariantEvidence[];
  /** Names of variants to recommend among, from the one to prefer. */
  readonly prefer: readonly string[];
  /** Names of variants that a race has dropped. */
  readonly dropped?: readonly string[];
  /** Seed of the drawn signs. Default 0. */
  readonly seed?: number;
}

/**
 * Which variant to use by the first metric of a table: of those that the table shows to be better than the baseline, and
 * that are not shown to be worse than another of them, the first in `prefer`. All pairs are tested by the table's sign-flip
 * test and corrected together (Holm), because which one is best is known from the same items. None is recommended below
 * `fewestToRecommend` groups.
 */
export function recommendationByTurns(
  input: RecommendationInput,
  pause: () => Promise<void>,
): Promise<Recommendation> {
  return byTurns(recommend(input), pause);
}

/** A variant that may be recommended, with its items. */
interface Candidate {
  readonly row: TableRow;
  readonly arm: Arm;
}

function* recommend({
  table,
  variants,
  prefer,
  dropped = [],
  seed = 0,
}: RecommendationInput): Turns<Recommendation> {
  const [metric] = table.metrics;
  const rows = prefer.flatMap((name) => table.rows.find(({ variant }) => variant === name) ?? []);
  const others = rows.filter(({ variant }) => variant !== table.baseline);
  const racing = others.filter(({ variant }) => !dropped.includes(variant));
  const complete = racing.filter(isComplete);
  const baseline = table.rows.find(({ variant }) => variant === table.baseline);
  const n = Math.max(0, ...table.rows.map(({ cells }) => cells[0]?.n ?? 0));
  const common = {
    ...{ n, equals: [], worse: [], open: [] },
    dropped: namesOf(others.filter(({ variant }) => dropped.includes(variant))),
    incomplete: namesOf(racing.filter((row) => !isComplete(row))),
  };
  if (baseline === undefined || !isComplete(baseline)) return { ...common, none: 'no baseline' };
  if (metric === undefined || complete.length === 0) return { ...common, none: 'none complete' };
  if (n < fewestToRecommend) return { ...common, none: 'too few' };
  const arms = yield* armsOf(variants, metric);
  const candidates = complete.flatMap((row): Candidate[] => {
    const arm = arms[variants.findIndex(({ name }) => name === row.variant)];
    return arm === undefined || verdictOf(row) !== 'better' ? [] : [{ row, arm }];
  });
  const behind = yield* shownBehind(candidates, metric, seed);
  const good = candidates.filter(({ row }) => !behind.has(row.variant)).map(({ row }) => row);
  const worse = complete.filter((row) => behind.has(row.variant) || verdictOf(row) === 'worse');
  const known = new Set([...good, ...worse]);
  const open = complete.filter((row) => !known.has(row));
  const found = { ...common, worse: namesOf(worse), open: namesOf(open) };
  const [chosen, ...equals] = good;
  return chosen === undefined
    ? { ...found, none: 'none better' }
    : { ...found, variant: chosen.variant, equals: namesOf(equals) };
}

const namesOf = (rows: readonly TableRow[]): string[] => rows.map(({ variant }) => variant);

const verdictOf = ({ cells }: TableRow) => cells[0]?.difference?.verdict;

/** Whether a variant has run to its end and has values of the deciding metric. */
const isComplete = ({ problem, cells }: TableRow): boolean =>
  problem === undefined && (cells[0]?.mean ?? null) !== null;

/** The candidates that are shown to be worse than another. */
function* shownBehind(
  candidates: readonly Candidate[],
  metric: Metric,
  seed: number,
): Turns<ReadonlySet<string>> {
  const tests: { readonly p: number; readonly loser: string }[] = [];
  for (const [at, one] of candidates.entries()) {
    for (const other of candidates.slice(at + 1)) {
      const compared = compareArms(one.arm, other.arm, { metric, seed });
      yield;
      if (compared === undefined || compared.p === null) continue;
      const loser = (compared.gain < 0 ? one : other).row.variant;
      tests.push({ p: compared.p, loser });
    }
  }
  const corrected = holm(
    tests.map(({ p }) => p),
    error,
  );
  const losers = tests.filter((_, at) => (corrected[at]?.adjustedP ?? 1) <= error);
  return new Set(losers.map(({ loser }) => loser));
}
