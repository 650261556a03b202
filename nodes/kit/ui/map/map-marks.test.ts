import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { markOf } from './map-marks.ts';

const css = readFileSync(new URL('../ui.css', import.meta.url), 'utf8');
const coloursOf = (theme: 0 | 1): readonly string[] =>
  [...css.matchAll(/--map-[^:]+: light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    (found) => found[theme + 1] ?? '',
  );

/** Lightness and the two opponent colours of OKLab. */
function oklab(colour: string): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

it('draws no two groups alike, by colour in either theme or by shape', () => {
  const marks = Array.from({ length: 7 }, (_, group) => markOf(group));
  expect(new Set(marks.map(({ colour }) => colour)).size).toBe(7);
  expect(new Set(marks.slice(0, 6).map(({ shape }) => shape)).size).toBe(6);
  for (const theme of [0, 1] as const) {
    const colours = coloursOf(theme);
    expect(colours).toHaveLength(7);
    for (const [at, colour] of colours.entries()) {
      for (const other of colours.slice(at + 1)) {
        const [a, b] = [oklab(colour), oklab(other)];
        const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        expect(apart, `${colour} and ${other}`).toBeGreaterThan(0.1);
      }
    }
  }
});
