import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { measure } from '../text/amounts.ts';
import { kindsInOrder, type ModulePlace } from '../text/module-path.ts';

export interface HeatCell extends ModulePlace {
  readonly value: number;
}

export interface HeatMapProps {
  readonly title: string;
  readonly cells: readonly HeatCell[];
  /** `from` 0 up: more is stronger. `around`: separate colours below and above `middle`. */
  readonly scale:
    | { readonly kind: 'from'; readonly most: number }
    | { readonly kind: 'around'; readonly middle: number; readonly reach: number };
  /** Formats a value. */
  readonly tell?: (value: number) => string;
  readonly chosen: HeatCell | undefined;
  readonly choose: (cell: HeatCell) => void;
}

const labelWidth = 68;
const cellHeight = 15;
const columns = 290;
/** Layers between two numbered ones. */
const numberedEvery = 5;

function share(value: number, scale: HeatMapProps['scale']): number {
  const part =
    scale.kind === 'from' ? value / scale.most : (value - scale.middle) / (scale.reach || 1);
  return Number.isFinite(part) ? Math.min(1, Math.max(-1, part)) : 0;
}

function fill(value: number, scale: HeatMapProps['scale']): string {
  const part = share(value, scale);
  const colour = part < 0 ? '--c-retrieval' : '--c-training';
  // A little colour even at 0, to distinguish it from an empty cell.
  return `color-mix(in oklab, var(${colour}) ${Math.round(4 + 96 * Math.abs(part))}%, var(--panel))`;
}

/** Layers from left to right, module kinds from top to bottom, a colour for each value. */
export function HeatMap(props: HeatMapProps): ReactNode {
  const { title, cells, scale, tell = measure, chosen, choose } = props;
  const kinds = kindsInOrder(cells.map(({ kind }) => kind));
  const layers = cells.reduce((most, { layer }) => Math.max(most, layer + 1), 0);
  const width = Math.min(24, columns / Math.max(1, layers));
  const at = (layer: number, row: number): HeatCell | undefined =>
    cells.find((cell) => cell.layer === layer && cell.kind === kinds[row]);
  const move = (event: KeyboardEvent): void => {
    const step = moves[event.key];
    if (step === undefined || chosen === undefined) return;
    event.preventDefault();
    const next = at(chosen.layer + step[0], kinds.indexOf(chosen.kind) + step[1]);
    if (next !== undefined) choose(next);
  };
  const height = kinds.length * cellHeight + 16;
  return (
    <figure className="gk-panel">
      <figcaption>
        <b>{title}</b>
        <Scale scale={scale} tell={tell} />
      </figcaption>
      <svg
        className="gk-heat"
        viewBox={`0 0 ${labelWidth + columns} ${height}`}
        tabIndex={0}
        role="application"
        aria-label={`${title}, ${chosen === undefined ? `${cells.length} modules` : cellText(chosen, tell)}. Arrow keys move.`}
        onKeyDown={move}
      >
        {kinds.map((kind, row) => (
          <text key={kind} x={labelWidth - 6} y={row * cellHeight + 11} textAnchor="end">
            {kind}
          </text>
        ))}
        {cells.map((cell) => (
          <rect
            key={`${cell.layer} ${cell.kind}`}
            x={labelWidth + cell.layer * width + 0.5}
            y={kinds.indexOf(cell.kind) * cellHeight + 0.5}
            width={Math.max(1, width - 1)}
            height={cellHeight - 1}
            style={{ fill: fill(cell.value, scale) }}
            onClick={() => choose(cell)}
          >
            <title>{cellText(cell, tell)}</title>
          </rect>
        ))}
        {chosen !== undefined && (
          <rect
            className="gk-chosen"
            x={labelWidth + chosen.layer * width}
            y={kinds.indexOf(chosen.kind) * cellHeight}
            width={width}
            height={cellHeight}
          />
        )}
        <text x={labelWidth - 6} y={height - 4} textAnchor="end">
          layer
        </text>
        {Array.from({ length: layers }, (_, layer) => layer)
          .filter((layer) => layer % numberedEvery === 0)
          .map((layer) => (
            <text
              key={layer}
              x={labelWidth + (layer + 0.5) * width}
              y={height - 4}
              textAnchor="middle"
            >
              {layer}
            </text>
          ))}
      </svg>
    </figure>
  );
}

const moves: Readonly<Record<string, readonly [layers: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** "layer 12 · q_proj · 0.4120" */
export function cellText(
  { layer, kind, value }: HeatCell,
  tell: (value: number) => string = measure,
): string {
  return `layer ${layer} · ${kind} · ${tell(value)}`;
}

/** Five points on the scale. */
function Scale(props: {
  readonly scale: HeatMapProps['scale'];
  readonly tell: (value: number) => string;
}): ReactNode {
  const { scale, tell } = props;
  const [from, to] =
    scale.kind === 'from'
      ? [0, scale.most]
      : [scale.middle - scale.reach, scale.middle + scale.reach];
  return (
    <span className="gk-scale gk-faint">
      <span className="gk-figure">{tell(from)}</span>
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <i key={part} style={{ background: fill(from + part * (to - from), scale) }} />
      ))}
      <span className="gk-figure">{tell(to)}</span>
    </span>
  );
}

/** A heat map with a chosen cell, initially the one with the largest value. */
export function useChosenCell(cells: readonly HeatCell[]): {
  readonly chosen: HeatCell | undefined;
  readonly choose: (cell: HeatCell) => void;
} {
  const [picked, choose] = useState<HeatCell>();
  const largest = cells.reduce<HeatCell | undefined>(
    (most, cell) => (most === undefined || cell.value > most.value ? cell : most),
    undefined,
  );
  const same = cells.find(({ layer, kind }) => layer === picked?.layer && kind === picked.kind);
  return { chosen: same ?? largest, choose };
}
