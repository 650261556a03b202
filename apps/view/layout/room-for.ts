import type { Frame, NodeLayout } from '@graft/graph';
import { gap } from './arrange.ts';
import { boundsAround, meets, type Card } from './frames.ts';

/** The most cards beside which a place is looked for: the nearest. */
const mostLookedAt = 24;

/** The free place nearest to where a card was dropped. */
export function roomFor(card: Frame, others: readonly Card[]): NodeLayout {
  const { width, height } = card;
  if (!others.some((other) => meets(card, other))) return { x: card.x, y: card.y };
  const away = ({ x, y }: NodeLayout): number => Math.hypot(x - card.x, y - card.y);
  // Mostly a near card is in the way.
  const nearest = others.toSorted((a, b) => away(a) - away(b));
  const isFree = ({ x, y }: NodeLayout): boolean => {
    const there = { x, y, width, height };
    return !nearest.some((other) => meets(there, other, gap));
  };
  const near = nearest.slice(0, mostLookedAt);
  const xs = near.flatMap(({ x, width }) => [x - card.width - gap, x + width + gap]);
  const ys = near.flatMap(({ y, height }) => [y - card.height - gap, y + height + gap]);
  // Cards that lie on one another give the same places.
  const across = [...new Set([card.x, ...xs])];
  const down = [...new Set([card.y, ...ys])];
  const places = across.flatMap((x) => down.map((y) => ({ x, y })));
  // There is always room beside all of them.
  const { left, top, right, bottom } = boundsAround(others);
  places.push({ x: card.x, y: top - card.height - gap }, { x: card.x, y: bottom + gap });
  places.push({ x: left - card.width - gap, y: card.y }, { x: right + gap, y: card.y });
  places.sort((a, b) => away(a) - away(b));
  return places.find((place) => isFree(place)) ?? { x: card.x, y: card.y };
}

/** Pixels between a note and the card above it. */
export const betweenNotes = 16;

/** The nearest free place below a card. */
export function belowCard(
  above: Frame,
  size: Pick<Frame, 'width' | 'height'>,
  others: readonly Frame[],
): NodeLayout {
  const { x } = above;
  let y = above.y + above.height + betweenNotes;
  const covered = (): Frame | undefined => others.find((other) => meets({ ...size, x, y }, other));
  for (let other = covered(); other !== undefined; other = covered()) {
    y = other.y + other.height + betweenNotes;
  }
  return { x, y };
}
