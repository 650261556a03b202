import type { Frame, NodeLayout } from '@graft/graph';
import { gap, type Card } from './arrange.ts';
import { boundsAround } from './node-bounds.ts';

/** Cards beside which a place is looked for: the nearest. */
const mostLookedAt = 24;

/** Whether two frames are less than some pixels apart. */
export function meets(a: Frame, b: Frame, around = 0): boolean {
  return (
    a.x < b.x + b.width + around &&
    b.x < a.x + a.width + around &&
    a.y < b.y + b.height + around &&
    b.y < a.y + a.height + around
  );
}

/** The place nearest to where a card was dropped at which it lies on no other. */
export function roomFor(card: Frame, others: readonly Card[]): NodeLayout {
  const { width, height } = card;
  if (!others.some((other) => meets(card, other))) return { x: card.x, y: card.y };
  const away = ({ x, y }: NodeLayout): number => Math.hypot(x - card.x, y - card.y);
  // What is in the way is found among the nearest, mostly.
  const nearest = others.toSorted((a, b) => away(a) - away(b));
  const isFree = ({ x, y }: NodeLayout): boolean => {
    const there = { x, y, width, height };
    return !nearest.some((other) => meets(there, other, gap));
  };
  const near = nearest.slice(0, mostLookedAt);
  const xs = near.flatMap(({ x, width }) => [x - card.width - gap, x + width + gap]);
  const ys = near.flatMap(({ y, height }) => [y - card.height - gap, y + height + gap]);
  // Of many that lie on one another the places are the same.
  const across = [...new Set([card.x, ...xs])];
  const down = [...new Set([card.y, ...ys])];
  const places = across.flatMap((x) => down.map((y) => ({ x, y })));
  // Where it is too close around, there is room beside all of them.
  const { left, top, right, bottom } = boundsAround(others);
  places.push({ x: card.x, y: top - card.height - gap }, { x: card.x, y: bottom + gap });
  places.push({ x: left - card.width - gap, y: card.y }, { x: right + gap, y: card.y });
  places.sort((a, b) => away(a) - away(b));
  return places.find((place) => isFree(place)) ?? { x: card.x, y: card.y };
}
