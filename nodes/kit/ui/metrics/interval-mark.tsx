import type { Interval } from '@graft/graph';
import type { ReactNode } from 'react';

export interface IntervalScale {
  readonly least: number;
  readonly most: number;
  /** Position of a reference line: 0, for differences. */
  readonly anchor?: number;
}

const width = 64;
const height = 14;
const margin = 4;

/** A dot with its interval as a line, on the column's common scale. Numbers beside it say the same. */
export function IntervalMark(props: {
  readonly value: number;
  readonly interval: Interval | undefined;
  readonly scale: IntervalScale;
}): ReactNode {
  const { value, interval, scale } = props;
  const reach = scale.most - scale.least;
  const place = (at: number): number =>
    reach > 0 ? margin + ((at - scale.least) / reach) * (width - 2 * margin) : width / 2;
  const middle = height / 2;
  return (
    <svg className="gk-interval" width={width} height={height} aria-hidden="true">
      {scale.anchor !== undefined && (
        <line
          className="gk-anchor"
          {...{ x1: place(scale.anchor), x2: place(scale.anchor), y1: 0, y2: height }}
        />
      )}
      {interval !== undefined && (
        <line {...{ x1: place(interval[0]), x2: place(interval[1]), y1: middle, y2: middle }} />
      )}
      <circle cx={place(value)} cy={middle} r={3} />
    </svg>
  );
}
