import type { PictureColours } from './picture-colours.ts';
import { curveReach } from './routing/curve.ts';
import { roundedPath } from './routing/route-edges.ts';
import type { Point } from './routing/shapes.ts';
import { titleLines } from './title-lines.ts';

/** A card as it is seen from far. */
export interface PictureCard {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** A colour of the style sheet, as it is written there. */
  readonly colour: string;
  readonly isSelected?: boolean;
}
export interface PictureEdge {
  readonly id: string;
  readonly from: Point;
  readonly to: Point;
  /** Points that it is led through. */
  readonly via?: readonly Point[] | undefined;
  readonly colour: string;
}

interface Picture {
  readonly cards: readonly PictureCard[];
  readonly edges: readonly PictureEdge[];
  readonly far: number;
  readonly colours: PictureColours;
  readonly font: string;
}

/** The curve of an edge. */
export function curveOf({ from, to, via = [] }: PictureEdge): Path2D {
  if (via.length > 0) return new Path2D(roundedPath([from, ...via, to]));
  const out = curveReach(from, to);
  const path = new Path2D();
  path.moveTo(from.x, from.y);
  path.bezierCurveTo(from.x + out, from.y, to.x - out, to.y, to.x, to.y);
  return path;
}

/** Draws edges and then cards in places of the graph, as `canvas.css` has them seen from far. */
export function drawPicture(context: CanvasRenderingContext2D, picture: Picture): void {
  const { cards, edges, far, colours } = picture;
  context.lineWidth = 1.75;
  context.globalAlpha = 0.85;
  for (const edge of edges) {
    context.strokeStyle = colours.of(edge.colour);
    context.stroke(curveOf(edge));
  }
  context.globalAlpha = 1;
  const size = 11.5 * far;
  context.font = `600 ${size}px ${picture.font}`;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } =
    context.measureText('M');
  const leading = 1.1 * size;
  const baseline = (leading - ascent - descent) / 2 + ascent;
  const lines = new Map<string, string[]>();
  for (const { x, y, width, height, title, colour, isSelected = false } of cards) {
    const box = (out: number, radius: number): void => {
      context.beginPath();
      context.roundRect(x - out, y - out, width + 2 * out, height + 2 * out, radius);
      context.fill();
    };
    if (isSelected) {
      context.globalAlpha = 0.45;
      context.fillStyle = colours.of(colour);
      box(2.5 * far, 9 + 2.5 * far);
      context.globalAlpha = 1;
    }
    context.fillStyle = colours.border;
    box(far / 2, 9 + far / 2);
    context.fillStyle = colours.panel;
    box(-1, 8);
    context.fillStyle = colours.of(colour);
    context.beginPath();
    context.roundRect(x + 1, y + 1, width - 2, 3 * far, [8, 8, 0, 0]);
    context.fill();
    context.fillStyle = colours.ink;
    const inner = width - 22;
    const [top, bottom] = [y + 1 + 5 * far, y + height - 3];
    const rows = Math.max(1, Math.floor((bottom - top) / leading));
    const key = `${String(rows)} ${title}`;
    const written = lines.get(key) ?? titleLines(context, title, { width: inner, rows });
    lines.set(key, written);
    const whole = written.length * leading <= bottom - top;
    if (!whole) {
      context.save();
      context.beginPath();
      context.rect(x + 11, top, inner, bottom - top);
      context.clip();
    }
    for (const [row, line] of written.entries()) {
      context.fillText(line, x + 11, top + row * leading + baseline);
    }
    if (!whole) context.restore();
  }
}
