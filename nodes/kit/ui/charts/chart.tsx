import { memo, type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clock, measure } from '../text/amounts.ts';
import { chartColours, type ChartColours, onThemeChange } from './chart-colours.ts';

interface ChartSeries {
  readonly kind: 'line' | 'faint' | 'points';
  /** A colour variable of the app: `--c-training`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly steps: readonly number[];
  readonly series: readonly ChartSeries[];
  /** CSS pixels. */
  readonly height: number;
  readonly log: boolean;
  /** Values are shares of 1, shown in per cent. */
  readonly share: boolean;
  /** The steps are seconds since the epoch. */
  readonly time?: boolean;
  /** Whether to label the steps below. */
  readonly axis: boolean;
  /** Charts of one key share their cursor. */
  readonly sync: string;
  readonly label: string;
  /** The step under the pointer; null once it has left. Must remain the same function. */
  readonly onHover: (step: number | null) => void;
}

/** Left margin, equal for stacked charts. */
const axisWidth = 48;
const axisHeight = 22;
/** Dates stand below the times. */
const timeAxisHeight = 34;
const font = "11px 'Inter Variable', system-ui, sans-serif";
const stepSizes = [1, 2, 5].flatMap((size) =>
  [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((power) => size * power),
);
stepSizes.sort((a, b) => a - b);

function tick(value: number | null, share = false): string {
  if (value === null) return '';
  if (share) return `${Number((value * 100).toPrecision(6))} %`;
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential().replace('e+', 'e');
  return size >= 1e4 ? measure(value) : String(Number(value.toPrecision(6)));
}

/** From the first step to the last. Ignores the requested range, which is a guess for a single step. */
function stepRange({ data: [steps] }: uPlot): [number, number] {
  const first = steps[0] ?? 0;
  return [first, Math.max(steps.at(-1) ?? 0, first + 1)];
}

/** A little beyond the values; never down to 0, which a logarithmic axis cannot show. */
function logRange(_plot: uPlot, min: number | null, max: number | null): [number, number] {
  const low = Math.max(min ?? 1, 1e-9);
  return [low * 0.9, Math.max(max ?? 1, low) * 1.1];
}

function seriesOptions(
  series: ChartSeries,
  { colours, time }: { readonly colours: ChartColours; readonly time: boolean },
): uPlot.Series {
  const colour = (): string => colours.of(series.colour);
  if (series.kind === 'points') {
    return {
      paths: () => null,
      points: {
        show: true,
        size: 6.5,
        width: 1.5,
        stroke: colour,
        fill: () => colours.of('--panel'),
      },
    };
  }
  return {
    stroke: colour,
    width: series.kind === 'line' ? 1.5 : 1,
    alpha: series.kind === 'line' ? 1 : 0.3,
    spanGaps: true,
    // A single point makes no line; over time each point is a thing of its own.
    points: { show: (plot) => time || plot.data[0].length < 3, size: 5, fill: colour },
  };
}

/** Times of a scale, as lists write them: each minute once, each day below its first. */
function times(splits: readonly number[]): string[] {
  let [day, minute] = ['', ''];
  return splits.map((seconds) => {
    const [date = '', time = date] = clock(seconds * 1000, 0).split(', ');
    const isNew = date !== day;
    const label = isNew ? `${time}\n${date}` : time === minute ? '' : time;
    [day, minute] = [date, time];
    return label;
  });
}

function chartOptions(props: ChartProps, colours: ChartColours): uPlot.Options {
  const line = (): string => colours.of('--line');
  const ink = (): string => colours.of('--ink-2');
  const grid = { stroke: line, width: 1 };
  return {
    width: 300,
    height: props.height,
    padding: [6, 14, props.axis ? 0 : 6, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: props.sync, scales: ['x', null] },
      // The smoothed line above a faint one shows the point.
      points: {
        size: (_plot, at) => (props.series[at - 1]?.kind === 'faint' ? 0 : 6),
        width: 0,
      },
    },
    scales: {
      x: { time: props.time === true, range: stepRange },
      y: props.log ? { distr: 3, range: logRange } : {},
    },
    axes: [
      {
        font,
        stroke: ink,
        grid,
        ticks: { show: false },
        size: props.axis ? (props.time === true ? timeAxisHeight : axisHeight) : 0,
        gap: 4,
        ...(props.time === true
          ? { values: (_plot: uPlot, splits: number[]) => times(splits) }
          : {
              incrs: stepSizes,
              values: (_plot: uPlot, splits: number[]) =>
                splits.map((value) => (props.axis ? tick(value) : '')),
            }),
      },
      {
        font,
        stroke: ink,
        grid,
        ticks: { show: false },
        size: axisWidth,
        gap: 6,
        space: 26,
        values: (_plot, splits) => splits.map((value) => tick(value, props.share)),
      },
    ],
    series: [
      {},
      ...props.series.map((line) => seriesOptions(line, { colours, time: props.time === true })),
    ],
    hooks: {
      setCursor: [({ cursor, data }) => props.onHover(data[0][cursor.idx ?? -1] ?? null)],
    },
  };
}

const dataOf = ({ steps, series }: ChartProps): uPlot.AlignedData => [
  [...steps],
  ...series.map(({ values }) => [...values]),
];

/**
 * Curves and points over steps, on a canvas, so that thousands of points cost little. Its size never depends on its
 * data.
 */
export const Chart = memo(function Chart(props: ChartProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const { height, log, share, axis, sync } = props;
  const shape = props.series.map(({ kind, colour }) => `${kind} ${colour}`).join();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const colours = chartColours(element);
    const made = new uPlot(chartOptions(newest.current, colours), dataOf(newest.current), element);
    plot.current = made;
    const sized = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    sized.observe(element);
    const stop = onThemeChange(() => {
      colours.forget();
      made.redraw(false, true);
    });
    return () => {
      stop();
      sized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, height, log, share, axis, sync]);
  useEffect(() => {
    plot.current?.setData(dataOf(newest.current));
  }, [props.steps, props.series]);
  return (
    <div ref={frame} className="gk-chart" style={{ height }} role="img" aria-label={props.label} />
  );
});
