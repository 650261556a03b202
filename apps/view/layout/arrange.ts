import type { NodeLayout } from '@graft/graph';
import { boundsAround, meets, type Card } from './frames.ts';

/** What cards are aligned by: their left or right sides or centres, or their tops, bottoms or middles. */
export type Side = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
export type Axis = 'across' | 'down';

type Places = Record<string, NodeLayout>;

const bottom = ({ y, height }: Card): number => y + height;

/** The places of aligned cards: the outermost card stays, or the middle of all of them. */
export function aligned(cards: readonly Card[], side: Side): Places {
  const { left, top, right: farRight, bottom: farDown } = boundsAround(cards);
  const place = ({ x, y, width, height }: Card): NodeLayout => {
    switch (side) {
      case 'left':
        return { x: left, y };
      case 'centre':
        return { x: (left + farRight - width) / 2, y };
      case 'right':
        return { x: farRight - width, y };
      case 'top':
        return { x, y: top };
      case 'middle':
        return { x, y: (top + farDown - height) / 2 };
      case 'bottom':
        return { x, y: farDown - height };
    }
  };
  const axis = side === 'left' || side === 'centre' || side === 'right' ? 'down' : 'across';
  return apart(
    cards.map((card) => ({ ...card, ...place(card) })),
    axis,
  );
}

/** Pixels between cards that were moved apart. */
export const gap = 24;

/** Places of cards in one line: cards that would overlap make room, the others stay. */
function apart(cards: readonly Card[], axis: Axis): Places {
  const at = ({ x, y }: Card): number => (axis === 'across' ? x : y);
  const inOrder = cards.toSorted((a, b) => at(a) - at(b) || (a.id < b.id ? -1 : 1));
  let taken = -Infinity;
  return Object.fromEntries(
    inOrder.map((card) => {
      const size = axis === 'across' ? card.width : card.height;
      const next = taken > at(card) ? taken + gap : at(card);
      taken = next + size;
      return [card.id, axis === 'across' ? { x: next, y: card.y } : { x: card.x, y: next }];
    }),
  );
}

/** Pixels that cards have to go down together until they are clear of the others. */
export function downUntilClear(cards: readonly Card[], others: readonly Card[]): number {
  let by = 0;
  const isClose = (card: Card, other: Card): boolean =>
    meets({ ...card, y: card.y + by }, other, gap);
  for (;;) {
    let needed = Infinity;
    for (const card of cards) {
      for (const other of others) {
        if (isClose(card, other)) needed = Math.min(needed, bottom(other) + gap - card.y);
      }
    }
    if (needed === Infinity) return by;
    by = needed;
  }
}

/** Places of cards with equal gaps between them: the first and the last stay. */
export function distributed(cards: readonly Card[], axis: Axis): Places {
  const at = ({ x, y }: Card): number => (axis === 'across' ? x : y);
  const size = ({ width, height }: Card): number => (axis === 'across' ? width : height);
  const inOrder = cards.toSorted((a, b) => at(a) - at(b) || (a.id < b.id ? -1 : 1));
  const [first] = inOrder;
  const last = inOrder.at(-1);
  if (first === undefined || last === undefined || inOrder.length < 3) return {};
  const taken = inOrder.reduce((sum, card) => sum + size(card), 0);
  const gap = (at(last) + size(last) - at(first) - taken) / (inOrder.length - 1);
  let next = at(first);
  return Object.fromEntries(
    inOrder.map((card) => {
      const place = axis === 'across' ? { x: next, y: card.y } : { x: card.x, y: next };
      next += size(card) + gap;
      return [card.id, place];
    }),
  );
}
