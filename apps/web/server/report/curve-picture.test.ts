import type { MetricRow } from '@graft/graph';
import { expect, it } from 'vitest';
import { curvePicture, ticks } from './curve-picture.ts';

const training: MetricRow[] = [
  ...Array.from({ length: 60 }, (_, step) => ({
    ...{ series: 'train', step: step + 1 },
    values: { loss: 4 - step / 20, rate: 1e-4, 'a <b>': step },
  })),
  { series: 'eval', step: 30, values: { loss: 3 } },
  { series: 'eval', step: 60, values: { loss: 2 } },
];

it('draws a panel for each value, with lines of training and points of evaluation', () => {
  const svg = curvePicture(training) ?? '';
  expect([...svg.matchAll(/class="title"[^>]*>([^<]*)</g)].map(([, title]) => title)).toEqual([
    ...['Loss', 'Learning rate', 'a &lt;b&gt;'],
  ]);
  const [loss = ''] = svg.split('</g>');
  expect(loss.match(/<circle class="points eval"/g)).toHaveLength(2);
  // Long enough to be smoothed over its own faint line.
  expect(loss.match(/<polyline class="curve train( faint)?"/g)).toHaveLength(2);
  const [, points = ''] = /faint" points="([^"]*)"/.exec(loss) ?? [];
  const places = points.split(' ').map((place) => place.split(',').map(Number));
  expect(places).toHaveLength(60);
  // It falls: on paper from the upper left to the lower right.
  expect(places[0]?.[0]).toBeLessThan(places[59]?.[0] ?? 0);
  expect(places[0]?.[1]).toBeLessThan(places[59]?.[1] ?? 0);
  expect(svg).not.toMatch(/NaN|Infinity|undefined|<script/);
});

it('draws what is always the same, and a single step', () => {
  const svg = curvePicture([{ series: 'train', step: 1, values: { loss: 2 } }]) ?? '';
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

it('is none of rows without steps', () => {
  expect(curvePicture([{ series: 'summary', values: { accuracy: 1 } }])).toBeUndefined();
});

it('has round numbers beside the curves', () => {
  expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks(1.93, 4.21)).toEqual([2, 2.5, 3, 3.5, 4]);
  expect(ticks(3, 3)).toEqual([3]);
});
