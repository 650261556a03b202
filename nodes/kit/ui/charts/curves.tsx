import { metricMeaning, type MetricMeanings, type MetricRow } from '@graft/graph';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { measure, percent, plural } from '../text/amounts.ts';
import { Chart } from './chart.tsx';
import {
  type Curve,
  type CurvePanel,
  curvePanels,
  drawnCurves,
  lastValue,
} from './metric-curves.ts';

const colours: Readonly<Record<string, string>> = {
  train: '--c-training',
  eval: '--c-evaluation',
};
const colourOf = (series: string): string => colours[series] ?? '--c-sources';

/** Curves of rows over their steps: loss, accuracy, learning rate, gradient norm, and others. */
export function Curves({
  rows,
  meanings = {},
}: {
  readonly rows: readonly MetricRow[];
  readonly meanings?: MetricMeanings | undefined;
}): ReactNode {
  const panels = useMemo(() => curvePanels(rows), [rows]);
  const [hovered, hover] = useState<number | null>(null);
  const [log, setLog] = useState(false);
  const sync = useId();
  return (
    <div className="gk-curves">
      {panels.map((panel, at) => (
        <Panel
          key={panel.name}
          panel={panel}
          meaning={metricMeaning(meanings, panel.name)}
          hovered={hovered}
          chart={{
            sync,
            log: log && panel.name === 'loss',
            axis: at === panels.length - 1,
            onHover: hover,
          }}
          {...(panel.name === 'loss' ? { toggleLog: () => setLog(!log) } : {})}
        />
      ))}
    </div>
  );
}

interface PanelProps {
  readonly panel: CurvePanel;
  readonly meaning: string | undefined;
  /** The step under the pointer, in any panel. */
  readonly hovered: number | null;
  readonly chart: {
    readonly sync: string;
    readonly log: boolean;
    readonly axis: boolean;
    readonly onHover: (step: number | null) => void;
  };
  readonly toggleLog?: () => void;
}

/** Values that are shares, shown in per cent. */
const shares: ReadonlySet<string> = new Set(['accuracy']);

function Panel({ panel, meaning, hovered, chart, toggleLog }: PanelProps): ReactNode {
  const series = useMemo(
    () => drawnCurves(panel).map((drawn) => ({ ...drawn, colour: colourOf(drawn.series) })),
    [panel],
  );
  const at =
    hovered === null
      ? panel.steps.length - 1
      : panel.steps.findLastIndex((step) => step <= hovered);
  const main = panel.name === 'loss';
  return (
    <figure className="gk-panel">
      <figcaption>
        <b title={meaning}>{panel.title}</b>
        {toggleLog !== undefined && (
          <button
            type="button"
            className="gk-toggle"
            aria-pressed={chart.log}
            onClick={toggleLog}
            title="Logarithmic scale"
          >
            log
          </button>
        )}
        <span className="gk-faint">
          {main && hovered !== null && `step ${hovered.toLocaleString('en')}`}
        </span>
        {panel.curves.map((curve) => (
          <Reading key={curve.series} panel={panel} curve={curve} at={at} />
        ))}
      </figcaption>
      <Chart
        {...chart}
        steps={panel.steps}
        series={series}
        share={shares.has(panel.name)}
        height={(main ? 150 : 74) + (chart.axis ? 16 : 0)}
        label={labelOf(panel)}
      />
    </figure>
  );
}

/** The value of a curve at index `at`, or the newest before it. */
function valueAt(name: string, { values }: Curve, at = values.length - 1): string {
  const value = values[lastValue(values, at)];
  if (typeof value !== 'number') return '–';
  return shares.has(name) ? percent(value) : measure(value);
}

function Reading(props: {
  readonly panel: CurvePanel;
  readonly curve: Curve;
  readonly at: number;
}): ReactNode {
  const { panel, curve, at } = props;
  const named = panel.curves.length > 1 || curve.series !== 'train';
  return (
    <span className="gk-reading" data-series={curve.series}>
      <i
        data-kind={curve.series === 'eval' ? 'point' : 'line'}
        style={{ color: `var(${colourOf(curve.series)})` }}
      />
      {named && `${curve.series} `}
      <span className="gk-figure">{valueAt(panel.name, curve, at)}</span>
    </span>
  );
}

function labelOf({ name, title, steps, curves }: CurvePanel): string {
  const newest = curves.map((curve) => `${curve.series} ${valueAt(name, curve)}`);
  return `${title} over ${plural(steps.length, 'step')}, now ${newest.join(', ')}`;
}
