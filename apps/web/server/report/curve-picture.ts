import type { MetricRow } from '@graft/graph';
import {
  curvePanels,
  drawnCurves,
  type CurvePanel,
  type DrawnCurve,
} from '@graft/nodes/kit/curves';
import { escapeMarkup } from './report-page.ts';

/** Pixels. */
const width = 680;
const plotLeft = 64;
const plotRight = width - 16;
const headHeight = 30;
const footHeight = 26;
const heights = { first: 180, other: 100 };

/** The colours of the screen, light and dark; a picture knows none of its page's. */
const style = `
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; }
text { fill: light-dark(#5d5a54, #a9a79f); }
.title { fill: light-dark(#1c1b19, #ecebe6); font-weight: 600; }
.grid { stroke: light-dark(#e6e5e1, #2b2c29); }
.curve { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.faint { stroke-width: 1; stroke-opacity: 0.3; }
.points { stroke-width: 1.5; fill: light-dark(#fff, #1c1d1b); }
.train { stroke: light-dark(#b4651a, #e29a55); }
.eval { stroke: light-dark(#ad3a6b, #e283ab); }
.other { stroke: light-dark(#5b6b7b, #93a5b7); }
`.trim();

/** The curves of rows over their steps as an SVG, one panel below another; undefined where no row has a step. */
export function curvePicture(rows: readonly MetricRow[]): string | undefined {
  const panels = curvePanels(rows);
  if (panels.length === 0) return undefined;
  let top = 0;
  const parts = panels.map((panel, at) => {
    const height = at === 0 ? heights.first : heights.other;
    const drawn = `<g transform="translate(0 ${top})">${panelPart(panel, height)}</g>`;
    top += headHeight + height + footHeight;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" role="img">
<style>${style}</style>
${parts.join('\n')}
</svg>
`;
}

function panelPart(panel: CurvePanel, height: number): string {
  const { title, steps, curves } = panel;
  const values = curves.flatMap((curve) => curve.values.filter((value) => value !== null));
  const across = scale([steps[0] ?? 0, steps.at(-1) ?? 0], [plotLeft, plotRight]);
  const bottom = headHeight + height;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const up = scale([least, most], [bottom - 4, headHeight + 4]);
  const rows = values.length === 0 ? [] : ticks(least, most);
  const newest = curves.map(
    ({ series, values: all }) =>
      `${series} ${written(all.findLast((value) => value !== null) ?? undefined)}`,
  );
  return [
    `<text class="title" x="${plotLeft}" y="18">${escapeMarkup(title)}</text>`,
    `<text x="${plotRight}" y="18" text-anchor="end">${escapeMarkup(newest.join(' · '))}</text>`,
    ...rows.map(
      (value) =>
        `<line class="grid" x1="${plotLeft}" x2="${plotRight}" y1="${at(up(value))}" y2="${at(up(value))}"/><text x="${plotLeft - 8}" y="${at(up(value) + 4)}" text-anchor="end">${written(value)}</text>`,
    ),
    ...ticks(steps[0] ?? 0, steps.at(-1) ?? 0)
      .filter((step) => Number.isInteger(step))
      .map(
        (step) =>
          `<text x="${at(across(step))}" y="${bottom + 16}" text-anchor="middle">${written(step)}</text>`,
      ),
    ...drawnCurves(panel).map((drawn) => curvePart(steps, drawn, { across, up })),
  ].join('');
}

interface Scales {
  readonly across: Scale;
  readonly up: Scale;
}

/** As on the screen. */
function curvePart(steps: readonly number[], drawn: DrawnCurve, { across, up }: Scales): string {
  const { kind, series, values } = drawn;
  const places = values.flatMap((value, index) =>
    value === null ? [] : [[at(across(steps[index] ?? 0)), at(up(value))] as const],
  );
  if (kind === 'points') {
    return places
      .map(([x, y]) => `<circle class="points eval" cx="${x}" cy="${y}" r="3"/>`)
      .join('');
  }
  const colour = series === 'train' ? series : 'other';
  const points = places.map((place) => place.join(',')).join(' ');
  return `<polyline class="curve ${colour}${kind === 'faint' ? ' faint' : ''}" points="${points}"/>`;
}

type Scale = (value: number) => number;

function scale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = to - from;
  return (value) =>
    span === 0 ? (start + end) / 2 : start + ((value - from) / span) * (end - start);
}

/** About four round numbers between two. */
export function ticks(least: number, most: number): number[] {
  const span = most - least;
  if (!(span > 0)) return [least];
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const size = [1, 2, 5, 10].map((part) => part * power).find((part) => span / part <= 6) ?? power;
  const first = Math.ceil(least / size - 1e-9);
  const count = Math.floor(most / size + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) =>
    Number(((first + index) * size).toPrecision(6)),
  );
}

const at = (pixels: number): string => String(Number(pixels.toFixed(1)));

function written(value: number | undefined): string {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}
