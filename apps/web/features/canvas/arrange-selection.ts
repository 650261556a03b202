import { formatEdge, moveNodes, withoutBends, type Edge, type Graph } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import {
  announce,
  Latest,
  madeOfShown,
  boundsAround,
  aligned,
  distributed,
  downUntilClear,
  type Axis,
  type Card,
  type Side,
  isWithin,
} from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { cardFrame, drawnFrames, groupFrames } from './drawn-frames.ts';
import { notesBelow, stacksOf } from './tidied.ts';
import { askLayers } from './layers/ask-layers.ts';
import { endsOf, type Places, type Units } from './layers/units.ts';

const cardsOf = (shown: Graph, ids: readonly string[]): readonly Card[] =>
  ids.flatMap((id) => (Object.hasOwn(shown.nodes, id) ? cardFrame(shown, id) : []));

const selectedCards = (): readonly Card[] =>
  cardsOf(useDocument.getState().shown, useScreen.getState().selection);

function move(places: Places, done: string): void {
  useDocument.getState().edit((graph) => moveNodes(graph, places));
  announce(`${done} ${plural(Object.keys(places).length, 'node')}.`);
}

export function alignSelected(side: Side): void {
  move(aligned(selectedCards(), side), 'Aligned');
}

export function distributeSelected(axis: Axis): void {
  move(distributed(selectedCards(), axis), 'Distributed');
}

/** Moves nodes, whose edges find their ways anew. */
function moveFreed(graph: Graph, places: Places): Graph {
  const isMoved = ({ source, target }: Edge): boolean =>
    Object.hasOwn(places, source) || Object.hasOwn(places, target);
  const freed = new Set(graph.edges.filter(isMoved).map(formatEdge));
  return moveNodes(
    withoutBends(graph, (edge) => freed.has(edge)),
    places,
  );
}

const layouts = new Latest();

/**
 * Lays the selected nodes out by what feeds what, where they stand, or below what is in their way, with the notes about them;
 * the others stay.
 */
export async function tidySelected(ask = askLayers): Promise<void> {
  const { selection } = useScreen.getState();
  if (selectedCards().length === 0) return;
  const laid = await madeOfShown(layouts, ({ shown }, signal) =>
    tidiedAmong(shown, cardsOf(shown, selection), (units) => ask(units, signal)),
  );
  if (laid === undefined) return;
  useDocument.getState().edit((graph) => moveFreed(graph, laid.places));
  announce(`Tidied ${plural(laid.count, 'node')}.`);
}

/** Where some cards come to stand with the notes about them, and how many cards they are. */
async function tidiedAmong(
  shown: Graph,
  cards: readonly Card[],
  ask: (units: Units) => Promise<Places>,
): Promise<{ readonly places: Places; readonly count: number }> {
  const ids = new Set(cards.map(({ id }) => id));
  const stacks = stacksOf(shown);
  const own = cards.map(
    (card) => [card.id, stacks.get(card.id) ?? { ...card, notes: [] }] as const,
  );
  const inner = shown.edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
  const places = await ask({
    sizes: new Map(own),
    links: inner.map((edge) => ({ ...edge, ...endsOf(shown, edge) })),
  });
  const from = boundsAround(Object.values(places));
  const to = boundsAround(cards);
  const moved = cards.flatMap((card): Card[] => {
    const { x, y } = places[card.id] ?? card;
    const there = { ...card, x: x - from.left + to.left, y: y - from.top + to.top };
    const notes = notesBelow(there, stacks.get(card.id)?.notes ?? []);
    return [there, ...notes.map(([id, frame]) => ({ id, ...frame }))];
  });
  const going = new Set(moved.map(({ id }) => id));
  const foreign = groupFrames(shown).filter(
    (group) => !cards.some((card) => isWithin(group, card)),
  );
  const others = [...drawnFrames(shown), ...foreign].filter(({ id }) => !going.has(id));
  const down = downUntilClear(moved, others);
  return {
    places: Object.fromEntries(moved.map(({ id, x, y }) => [id, { x, y: y + down }])),
    count: ids.size,
  };
}
