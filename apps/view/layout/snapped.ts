import type { Frame, NodeLayout } from '@graft/graph';
import { columnGap } from './card-size.ts';

/** Pixels that a dropped card moves to stand in a row or a column with others: drops are not that exact. */
const reach = { across: 24, down: 48 };

/** The value nearest to another, if it is within reach; else the other itself. */
function nearest(at: number, values: readonly number[], within: number): number {
  let [best, least] = [at, within];
  for (const value of values) {
    const away = Math.abs(value - at);
    if (away < least) [best, least] = [value, away];
  }
  return best;
}

/** Where a dropped card stands in a row and a column with the cards nearby, or as far beside one as columns are apart. */
export function snapped(card: Frame, others: readonly Frame[]): NodeLayout {
  const y = nearest(
    card.y,
    others.map((other) => other.y),
    reach.down,
  );
  const beside = others.filter((other) => other.y < y + card.height && y < other.y + other.height);
  const x = nearest(
    card.x,
    [
      ...others.map((other) => other.x),
      ...beside.map((other) => other.x + other.width + columnGap),
      ...beside.map((other) => other.x - card.width - columnGap),
    ],
    reach.across,
  );
  return { x, y };
}
