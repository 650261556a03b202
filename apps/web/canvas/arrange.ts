import type { NodeLayout } from '@graft/graph';

/** A card on the canvas, in its pixels. */
export interface Card extends NodeLayout {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** Where cards are lined up: along their left or right sides or centres, or their tops, bottoms or middles. */
export type Side = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
export type Axis = 'across' | 'down';

type Places = Record<string, NodeLayout>;

const right = ({ x, width }: Card): number => x + width;
const bottom = ({ y, height }: Card): number => y + height;

/** Where cards stand when they are lined up: the outermost one stays, or the middle of all of them. */
export function aligned(cards: readonly Card[], side: Side): Places {
  const left = Math.min(...cards.map(({ x }) => x));
  const top = Math.min(...cards.map(({ y }) => y));
  const farRight = Math.max(...cards.map(right));
  const farDown = Math.max(...cards.map(bottom));
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
  return Object.fromEntries(cards.map((card) => [card.id, place(card)]));
}

/** Where cards stand with gaps of one size between them: the first and the last stay. */
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
