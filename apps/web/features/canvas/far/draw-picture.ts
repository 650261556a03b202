import type { PictureColours } from '../picture-colours.ts';
import { curveReach, roundedPath, type Point } from '../edges/edges.ts';
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
  /** What the node's step gave, or how far it is; undefined where it has not run. */
  readonly result?: string | undefined;
  /** The colour of the step's status, as the style sheet has it; undefined before the node has run. */
  readonly statusColour?: string | undefined;
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

const failed = 'var(--error)';

export interface PictureLook {
  readonly far: number;
  readonly colours: PictureColours;
  readonly font: string;
}
interface Picture extends PictureLook {
  readonly cards: readonly PictureCard[];
  readonly edges: readonly PictureEdge[];
}

/** Whether a point lies in the bounding box of an edge, `margin` pixels larger: cheaper than testing its curve. */
export function isInBounds(
  { from, to, via = [] }: PictureEdge,
  at: Point,
  margin: number,
): boolean {
  const out = curveReach(from, to) + margin;
  const points = [from, ...via, to];
  return (
    points.some(({ x }) => at.x <= x + out) &&
    points.some(({ x }) => at.x >= x - out) &&
    points.some(({ y }) => at.y <= y + margin) &&
    points.some(({ y }) => at.y >= y - margin)
  );
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

/** Text of one size as the picture writes it. */
class Lettering {
  readonly leading: number;
  readonly #font: string;
  readonly #baseline: number;
  readonly #lines = new Map<string, string[]>();

  constructor(context: CanvasRenderingContext2D, font: string, size: number) {
    this.#font = font;
    context.font = font;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } =
      context.measureText('M');
    this.leading = 1.1 * size;
    this.#baseline = (this.leading - ascent - descent) / 2 + ascent;
  }

  /** Writes a text into a box, in as many lines as it has room for, at least one; what has no room is cut off. */
  write(context: CanvasRenderingContext2D, text: string, box: DOMRectReadOnly): void {
    context.font = this.#font;
    const rows = Math.max(1, Math.floor(box.height / this.leading));
    const key = `${String(rows)} ${text}`;
    const lines = this.#lines.get(key) ?? titleLines(context, text, { width: box.width, rows });
    this.#lines.set(key, lines);
    const isWhole = lines.length * this.leading <= box.height;
    if (!isWhole) {
      context.save();
      context.beginPath();
      context.rect(box.x, box.y, box.width, box.height);
      context.clip();
    }
    for (const [row, line] of lines.entries()) {
      context.fillText(line, box.x, box.y + row * this.leading + this.#baseline);
    }
    if (!isWhole) context.restore();
  }
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
  const inside = insideOfCards(context, picture);
  for (const card of cards) {
    if (card.isSelected === true) {
      context.globalAlpha = 0.45;
      context.fillStyle = colours.of(card.colour);
      fillBox(context, card, { out: 2.5 * far, radius: 9 + 2.5 * far });
      context.globalAlpha = 1;
    }
    context.fillStyle = colours.border;
    fillBox(context, card, { out: far / 2, radius: 9 + far / 2 });
    inside(card);
  }
}

function fillBox(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: PictureCard,
  { out, radius }: { readonly out: number; readonly radius: number },
): void {
  context.beginPath();
  context.roundRect(x - out, y - out, width + 2 * out, height + 2 * out, radius);
  context.fill();
}

/** Returns what draws the inside of a card, all but its border, over an earlier one. */
export function insideOfCards(
  context: CanvasRenderingContext2D,
  { far, colours, font }: PictureLook,
): (card: PictureCard) => void {
  const titles = new Lettering(context, `600 ${11.5 * far}px ${font}`, 11.5 * far);
  const results = new Lettering(context, `${11 * far}px ${font}`, 11 * far);
  return (card) => {
    const { x, y, width, height, title, colour, result, statusColour } = card;
    context.fillStyle = colours.panel;
    fillBox(context, card, { out: -1, radius: 8 });
    context.fillStyle = colours.of(colour);
    context.beginPath();
    context.roundRect(x + 1, y + 1, width - 2, 3 * far, [8, 8, 0, 0]);
    context.fill();
    const [left, inner, top] = [x + 11, width - 22, y + 1 + 5 * far];
    let bottom = y + height - 3;
    if (statusColour !== undefined) {
      context.fillStyle = colours.of(statusColour);
      context.beginPath();
      context.roundRect(x + 1, y + height - 1 - 2 * far, width - 2, 2 * far, [0, 0, 8, 8]);
      context.fill();
      bottom -= 2 * far;
    }
    // The title comes first where there is no room for both.
    if (result !== undefined && bottom - top >= titles.leading + results.leading) {
      bottom -= results.leading;
      context.fillStyle = statusColour === failed ? colours.of(failed) : colours.quiet;
      results.write(context, result, new DOMRectReadOnly(left, bottom, inner, results.leading));
    }
    context.fillStyle = colours.ink;
    titles.write(context, title, new DOMRectReadOnly(left, top, inner, bottom - top));
  };
}
