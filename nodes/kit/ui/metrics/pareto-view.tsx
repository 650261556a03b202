import { type EvidenceTable, paretoFront, type ParetoFront, tableNumber } from '@graft/graph';
import { type ReactNode, useId } from 'react';
import { count } from '../text/amounts.ts';

const width = 640;
const height = 220;
const margin = { left: 52, right: 20, top: 14, bottom: 34 };

/** Variants by benefit and cost; the line connects those that are best for their cost. */
export function ParetoView({ table }: { readonly table: EvidenceTable }): ReactNode {
  const title = useId();
  const front = paretoFront(table);
  if (front === undefined) return null;
  const { metric, points } = front;
  const x = scale(
    points.map(({ tokens }) => tokens),
    [margin.left, width - margin.right],
  );
  const y = scale(
    points.map(({ value }) => value),
    [height - margin.bottom, margin.top],
  );
  const best = points.filter((point) => point.best);
  // Between two of them, only the cheaper one's benefit is available.
  const corners = best.flatMap(({ tokens, value }, at): (readonly [number, number])[] => {
    const before = best[at - 1];
    return [...(before === undefined ? [] : [[tokens, before.value] as const]), [tokens, value]];
  });
  return (
    <figure className="gk-pareto" aria-labelledby={title}>
      <figcaption id={title}>
        {metric.name} by cost{' '}
        <span className="gk-faint">
          means only; the table shows which differences are more than chance
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${String(width)} ${String(height)}`} role="img" aria-labelledby={title}>
        {y.ticks.map((at) => (
          <g key={at}>
            <line
              className="gk-rule"
              x1={margin.left}
              x2={width - margin.right}
              y1={y.of(at)}
              y2={y.of(at)}
            />
            <text x={margin.left - 8} y={y.of(at) + 4} textAnchor="end">
              {tableNumber(at)}
            </text>
          </g>
        ))}
        {x.ticks.map((at) => (
          <text key={at} x={x.of(at)} y={height - margin.bottom + 16} textAnchor="middle">
            {count(Math.round(at))}
          </text>
        ))}
        <text x={width - margin.right} y={height - 4} textAnchor="end">
          tokens per question
        </text>
        <polyline
          points={corners
            .map(([at, value]) => `${String(x.of(at))},${String(y.of(value))}`)
            .join(' ')}
        />
        {points.map(({ variant, value, tokens, best: isBest }) => (
          <circle
            key={variant}
            data-best={isBest}
            cx={x.of(tokens)}
            cy={y.of(value)}
            r={isBest ? 5 : 4}
          >
            <title>{`${variant}: ${tableNumber(value)} at ${count(Math.round(tokens))} tokens per question`}</title>
          </circle>
        ))}
      </svg>
      <BestList front={front} />
    </figure>
  );
}

/** The same in words: people find a point by name and read it without a pointer. */
function BestList({ front: { points } }: { readonly front: ParetoFront }): ReactNode {
  return (
    <ol className="gk-pareto-best">
      {points
        .filter((point) => point.best)
        .map(({ variant, value, tokens }) => (
          <li key={variant}>
            <span>{variant}</span> {tableNumber(value)}{' '}
            <span className="gk-faint">for {count(Math.round(tokens))}</span>
          </li>
        ))}
    </ol>
  );
}

/** From the least to the greatest value, with a margin of a twentieth and three ticks. */
function scale(
  values: readonly number[],
  [from, to]: readonly [number, number],
): { of(value: number): number; readonly ticks: readonly number[] } {
  const least = Math.min(...values);
  const reach = Math.max(...values) - least;
  const air = reach === 0 ? 1 : reach / 20;
  const of = (value: number): number =>
    from + ((value - least + air) / (reach + 2 * air)) * (to - from);
  return { of, ticks: reach === 0 ? [least] : [least, least + reach / 2, least + reach] };
}
