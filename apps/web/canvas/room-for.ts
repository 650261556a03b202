import type { NodeLayout } from '@graft/graph';
import { gap, type Card } from './arrange.ts';

/** Cards beside which a place is looked for: the nearest. */
const mostLookedAt = 24;

/** The place nearest to where a card was dropped at which it lies on no other. */
export function roomFor(card: Card, others: readonly Card[]): NodeLayout {
  const isFree = ({ x, y }: NodeLayout, around = gap): boolean =>
    others.every(
      (other) =>
        x >= other.x + other.width + around ||
        other.x >= x + card.width + around ||
        y >= other.y + other.height + around ||
        other.y >= y + card.height + around,
    );
  if (isFree(card, 0)) return { x: card.x, y: card.y };
  const away = ({ x, y }: NodeLayout): number => Math.hypot(x - card.x, y - card.y);
  const near = others.toSorted((a, b) => away(a) - away(b)).slice(0, mostLookedAt);
  const xs = near.flatMap(({ x, width }) => [x - card.width - gap, x + width + gap]);
  const ys = near.flatMap(({ y, height }) => [y - card.height - gap, y + height + gap]);
  const places = [card.x, ...xs].flatMap((x) => [card.y, ...ys].map((y) => ({ x, y })));
  places.sort((a, b) => away(a) - away(b));
  return places.find((place) => isFree(place)) ?? { x: card.x, y: card.y };
}
