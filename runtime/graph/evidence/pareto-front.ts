import type { EvidenceTable } from '../metrics/evidence-table.ts';
import type { Metric } from '../metrics/metric.ts';

/** A variant's benefit and cost. */
interface ParetoPoint {
  readonly variant: string;
  /** Mean of the table's first metric. */
  readonly value: number;
  /** Tokens that language models read and wrote, for each question. */
  readonly tokens: number;
  /** No other is at least as good at the same cost or less, and better or cheaper. */
  readonly best: boolean;
}

export interface ParetoFront {
  readonly metric: Metric;
  /** Cheapest first. */
  readonly points: readonly ParetoPoint[];
}

/**
 * The variants of a table by their first metric and their token cost, with the best for their cost marked. Uses only
 * means: the table says what exceeds chance. Time is not an axis, because shared steps run once. Undefined if fewer
 * than two variants have both.
 */
export function paretoFront({ metrics: [metric], rows }: EvidenceTable): ParetoFront | undefined {
  if (metric === undefined) return undefined;
  const points = rows.flatMap(({ variant, cells, cost: { tokens, runs = 1 } }) => {
    const value = cells[0]?.mean ?? undefined;
    // The first metric may cover only some questions.
    const questions = Math.max(...cells.map(({ n }) => n));
    return value === undefined || tokens === undefined
      ? []
      : [{ variant, value, tokens: tokens / (questions * runs) }];
  });
  if (points.length < 2) return undefined;
  const sign = metric.direction === 'higher' ? 1 : -1;
  const beats = (one: (typeof points)[number], other: (typeof points)[number]): boolean => {
    const better = sign * (one.value - other.value);
    return better >= 0 && one.tokens <= other.tokens && (better > 0 || one.tokens < other.tokens);
  };
  return {
    metric,
    points: points
      .map((point) => ({ ...point, best: !points.some((other) => beats(other, point)) }))
      .sort((a, b) => a.tokens - b.tokens || sign * (b.value - a.value)),
  };
}

/** `Best for their tokens (accuracy): a 0.3 for 200, b 0.4 for 310 a question.` */
export function paretoText(
  front: ParetoFront,
  write: (value: number) => string,
  say = (metric: string): string => metric,
): string {
  const best = front.points
    .filter((point) => point.best)
    .map(({ variant, value, tokens }) => `${variant} (${write(value)} for ${Math.round(tokens)})`);
  return `Best for their tokens per question, by ${say(front.metric.name)}: ${best.join(', ')}.`;
}
