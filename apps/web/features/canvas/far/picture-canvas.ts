import {
  drawPicture,
  insideOfCards,
  type PictureCard,
  type PictureEdge,
  type PictureLook,
} from './draw-picture.ts';

/** What of the graph is seen on how large a canvas. */
export interface PictureView {
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
}
interface PictureContent {
  readonly cards: readonly PictureCard[];
  readonly edges: readonly PictureEdge[];
}

/** How far the picture reaches beyond the canvas on each side, as a share of it. */
const margin = 0.35;
/** By how much the picture may be drawn larger or smaller than it was made, while the view moves. */
const leastScale = 0.66;
const mostScale = 1.5;

/** A picture that is moved with the view. */
export interface PictureCanvas {
  draw(view: PictureView, content: PictureContent, look: PictureLook): void;
  /** Draws again what is inside the borders of cards, in the picture as it was drawn last. */
  renew(cards: readonly PictureCard[], look: PictureLook): void;
  /**
   * Moves what was drawn to where the view is now, of a canvas that may have become another size, and by so much of the
   * graph's pixels besides. False where that would show that it ends.
   */
  move(view: PictureView, by?: { readonly x: number; readonly y: number }): boolean;
}

export function pictureOn(canvas: HTMLCanvasElement): PictureCanvas {
  const context = canvas.getContext('2d');
  let drawn = { x: 0, y: 0, zoom: 0, width: 0, height: 0, left: 0, top: 0 };
  /** What of the graph was drawn last. */
  let bounds = { left: 0, right: 0, top: 0, bottom: 0 };
  const isDrawn = (card: PictureCard): boolean =>
    card.x < bounds.right &&
    card.x + card.width > bounds.left &&
    card.y < bounds.bottom &&
    card.y + card.height > bounds.top;
  return {
    draw({ transform: [x, y, zoom], width, height }, { cards, edges }, look) {
      if (context === null) return;
      // Whole pixels: what is drawn between two is blurred.
      const [left, top] = [Math.round(width * margin), Math.round(height * margin)];
      const ratio = devicePixelRatio;
      const columns = Math.round((width + 2 * left) * ratio);
      const rows = Math.round((height + 2 * top) * ratio);
      if (canvas.width !== columns || canvas.height !== rows) {
        canvas.width = columns;
        canvas.height = rows;
        canvas.style.width = `${width + 2 * left}px`;
        canvas.style.height = `${height + 2 * top}px`;
      } else {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, canvas.width, canvas.height);
      }
      const scale = zoom * ratio;
      context.setTransform(scale, 0, 0, scale, (x + left) * ratio, (y + top) * ratio);
      bounds = {
        ...{ left: -(x + left) / zoom, right: (width + left - x) / zoom },
        ...{ top: -(y + top) / zoom, bottom: (height + top - y) / zoom },
      };
      drawPicture(context, {
        cards: cards.filter(isDrawn),
        edges: edges.filter(
          (edge) =>
            Math.min(edge.from.x, edge.to.x) < bounds.right &&
            Math.max(edge.from.x, edge.to.x) > bounds.left &&
            Math.min(edge.from.y, edge.to.y) < bounds.bottom &&
            Math.max(edge.from.y, edge.to.y) > bounds.top,
        ),
        ...look,
      });
      drawn = { x, y, zoom, width, height, left, top };
      canvas.style.transform = `translate(${-left}px, ${-top}px)`;
    },
    renew(cards, look) {
      if (context !== null) cards.filter(isDrawn).forEach(insideOfCards(context, look));
    },
    move({ transform: [x, y, zoom], width, height }, by = { x: 0, y: 0 }) {
      const scale = zoom / drawn.zoom;
      const left = x + by.x * zoom - (drawn.x + drawn.left) * scale;
      const top = y + by.y * zoom - (drawn.y + drawn.top) * scale;
      const covers =
        left <= 0 &&
        top <= 0 &&
        left + (drawn.width + 2 * drawn.left) * scale >= width &&
        top + (drawn.height + 2 * drawn.top) * scale >= height;
      if (!covers || scale < leastScale || scale > mostScale) return false;
      canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
      return true;
    },
  };
}
