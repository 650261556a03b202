import type { Spot } from './embedding-places.ts';

/** How the points of a group are drawn: not everyone can distinguish colours alone. */
export interface MapMark {
  /** CSS variable of its colour. */
  readonly colour: string;
  readonly shape: Shape;
}

type Shape = 'circle' | 'triangle' | 'square' | 'drop' | 'cross' | 'bar';

const shapes: readonly Shape[] = ['circle', 'triangle', 'square', 'drop', 'cross', 'bar'];

/** The mark of a group by number; a faint one for groups without their own. */
export function markOf(group: number): MapMark {
  const shape = shapes[group];
  return shape === undefined
    ? { colour: '--map-other', shape: 'circle' }
    : { colour: `--map-${String(group + 1)}`, shape };
}

/** Corners of the shapes, from -1 to 1: each covers about as much as the circle. */
const corners: Readonly<Record<Exclude<Shape, 'circle'>, readonly number[]>> = {
  triangle: [0, -1.3, 1.25, 0.9, -1.25, 0.9],
  drop: [0, 1.3, 1.25, -0.9, -1.25, -0.9],
  square: [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9],
  bar: [-1.5, -0.5, 1.5, -0.5, 1.5, 0.5, -1.5, 0.5],
  cross: [
    ...[-0.45, -1.3, 0.45, -1.3, 0.45, -0.45, 1.3, -0.45, 1.3, 0.45, 0.45, 0.45],
    ...[0.45, 1.3, -0.45, 1.3, -0.45, 0.45, -1.3, 0.45, -1.3, -0.45, -0.45, -0.45],
  ],
};

/** Adds a mark to a path. */
export function traceMark(
  path: Pick<CanvasPath, 'moveTo' | 'lineTo' | 'closePath' | 'arc'>,
  shape: Shape,
  { x, y, radius }: Spot & { readonly radius: number },
): void {
  if (shape === 'circle') {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const places = corners[shape];
  for (let at = 0; at < places.length; at += 2) {
    const [right, down] = [x + (places[at] ?? 0) * radius, y + (places[at + 1] ?? 0) * radius];
    if (at === 0) path.moveTo(right, down);
    else path.lineTo(right, down);
  }
  path.closePath();
}

/** The shape as points of an SVG around 0, 0; undefined for a circle. */
export function markPoints(shape: Shape, radius: number): string | undefined {
  if (shape === 'circle') return undefined;
  return corners[shape].map((place) => (place * radius).toFixed(2)).join(' ');
}
