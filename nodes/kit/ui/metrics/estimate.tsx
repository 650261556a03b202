import { type Difference, type Interval, tableNumber } from '@graft/graph';
import type { ReactNode } from 'react';
import { IntervalMark, type IntervalScale } from './interval-mark.tsx';

/** A number, with its interval in words below and drawn. */
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

/** The verdict on a difference, in a word or two; if it is impossible, what is missing. */
function verdictWords({ verdict, p, wins, losses }: Difference): string {
  if (verdict !== 'too few') return verdict;
  if (wins + losses === 0) return 'none differ';
  return p === null ? 'too few differ' : 'unclear';
}

/** The verdict on a difference: `better`, `worse`, or nothing shown, with the reason. */
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
