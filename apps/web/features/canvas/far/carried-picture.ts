import { useFarCards } from './far-cards.ts';
import type { Scene } from './scene.ts';
import type { PictureLook } from './draw-picture.ts';
import { pictureOn, type PictureView } from './picture-canvas.ts';
import type { Point } from '../edges/edges.ts';

interface CarriedPicture {
  draw(view: PictureView, scene: Scene, look: PictureLook): void;
  /** Goes along with what is carried; only edges to what stays are drawn anew. */
  move(view: PictureView, scene: Scene, look: PictureLook): void;
}

const moved = ({ x, y }: Point, by: Point): Point => ({ x: x + by.x, y: y + by.y });

/** Cards that are carried, with the edges among them, on one canvas that is moved; edges to what stays, on another. */
export function carriedPicture(canvases: {
  readonly between: HTMLCanvasElement;
  readonly moving: HTMLCanvasElement;
}): CarriedPicture {
  const between = pictureOn(canvases.between);
  const moving = pictureOn(canvases.moving);
  /** How far the cards were carried when they were drawn last. */
  let at: Point = { x: 0, y: 0 };
  const hide = (hidden: boolean): void => {
    canvases.between.hidden = hidden;
    canvases.moving.hidden = hidden;
  };
  const drawBetween = (view: PictureView, { edges }: Scene, look: PictureLook): void => {
    const { carried } = useFarCards.getState();
    if (carried === undefined) return;
    const { ids, by } = carried;
    const crossing = edges.filter(({ source, target }) => ids.has(source) !== ids.has(target));
    const drawn = crossing.map((edge) =>
      ids.has(edge.source)
        ? { ...edge, from: moved(edge.from, by) }
        : { ...edge, to: moved(edge.to, by) },
    );
    between.draw(view, { cards: [], edges: drawn }, look);
  };
  const draw = (view: PictureView, scene: Scene, look: PictureLook): void => {
    const { carried } = useFarCards.getState();
    hide(carried === undefined);
    if (carried === undefined) return;
    const { ids, by } = carried;
    at = by;
    const cards = scene.cards.filter(({ id }) => ids.has(id));
    const edges = scene.edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
    moving.draw(
      view,
      {
        cards: cards.map((card) => ({ ...card, ...moved(card, by), isSelected: true })),
        edges: edges.map((edge) => ({
          ...edge,
          from: moved(edge.from, by),
          to: moved(edge.to, by),
        })),
      },
      look,
    );
    drawBetween(view, scene, look);
  };
  return {
    draw,
    move(view, scene, look) {
      const { carried } = useFarCards.getState();
      if (carried === undefined) return;
      const { by } = carried;
      if (moving.move(view, { x: by.x - at.x, y: by.y - at.y })) drawBetween(view, scene, look);
      else draw(view, scene, look);
    },
  };
}
