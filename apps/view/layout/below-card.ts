import type { Frame, NodeLayout } from '@graft/graph';
import { meets } from './room-for.ts';

/** Pixels between a note and what it stands below. */
export const betweenNotes = 16;

/** The nearest place below a card at which something covers no other. */
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
