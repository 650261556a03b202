import type { ReactNode } from 'react';

const width = 100;
const height = 28;

/** Corners of the line through evenly spread values; at most one a unit of width, each the mean of its share. */
export function sparklinePath(values: readonly number[]): string {
  const share = Math.max(1, values.length / width);
  const means: number[] = [];
  for (let from = 0; from < values.length; from += share) {
    const part = values.slice(
      Math.floor(from),
      Math.max(Math.floor(from) + 1, Math.floor(from + share)),
    );
    means.push(part.reduce((sum, value) => sum + value, 0) / part.length);
  }
  const most = Math.max(...means);
  const least = Math.min(...means);
  const range = most - least === 0 ? 1 : most - least;
  return means
    .map((value, at) => {
      const x = means.length === 1 ? 0 : (at / (means.length - 1)) * width;
      const y = 1 + (1 - (value - least) / range) * (height - 2);
      return `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** A line of values without axes, stretched to its box. Nothing for fewer than two. */
export function Sparkline(props: {
  readonly values: readonly number[];
  readonly label: string;
}): ReactNode {
  const values = props.values.filter(Number.isFinite);
  return (
    <svg
      className="gk-sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      {values.length > 1 && <path d={sparklinePath(values)} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
