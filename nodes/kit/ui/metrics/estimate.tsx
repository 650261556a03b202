import { type Difference, type Interval, tableNumber } from '@graft/graph';
import type { ReactNode } from 'react';
import { IntervalMark, type IntervalScale } from './interval-mark.tsx';

/** A number, its interval in words below it, and drawn. */
export function Estimate(props: {
  readonly value: number | null | undefined;
  readonly interval: Interval | null | undefined;
  readonly scale: IntervalScale;
  readonly write?: (value: number) => string;
}): ReactNode {
  const { value, interval, scale, write = tableNumber } = props;
  if (value === null || value === undefined) return null;
  return (
    <div className="gk-estimate">
      <span>
        {write(value)}
        {interval !== null && interval !== undefined && (
          <small>{`${write(interval[0])} to ${write(interval[1])}`}</small>
        )}
      </span>
      <IntervalMark value={value} interval={interval ?? undefined} scale={scale} />
    </div>
  );
}

/** What a difference shows, in a word or two: of what cannot be told, what it lacks. */
function verdictWords({ verdict, p, wins, losses }: Difference): string {
  if (verdict !== 'too few') return verdict;
  if (wins + losses === 0) return 'none differ';
  return p === null ? 'too few differ' : 'unclear';
}

/** What a difference shows: `better`, `worse`, or that it shows nothing, with the reason. */
export function DifferenceVerdict({
  difference,
}: {
  readonly difference: Difference | undefined;
}): ReactNode {
  if (difference === undefined) return null;
  const { verdict, reason, adjustedP } = difference;
  const p = adjustedP === null ? undefined : `adjusted p = ${adjustedP.toPrecision(2)}`;
  return (
    <span className="gk-shown" data-verdict={verdict} title={reason ?? p}>
      {verdictWords(difference)}
    </span>
  );
}
