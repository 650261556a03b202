import {
  formatEdge,
  moveNodes,
  withoutBends,
  type Edge,
  type Graph,
  type NodeLayout,
} from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { announce } from '../state/announcement.ts';
import { useDocument } from '../state/document-store.ts';
import { useScreen } from '../state/screen-store.ts';
import {
  aligned,
  distributed,
  downUntilClear,
  type Axis,
  type Card,
  type Side,
} from './arrange.ts';
import { tidyLayout } from './tidy-layout.ts';
import { cardSize } from './viewport.ts';

const selectedCards = (): readonly Card[] => cardsOf(useScreen.getState().selection);

function cardsOf(ids: readonly string[]): readonly Card[] {
  const { shown } = useDocument.getState();
  return ids.flatMap((id) => {
    const place = shown.layout[id];
    return place === undefined ? [] : { id, ...place, ...cardSize(shown, id) };
  });
}

type Places = Readonly<Record<string, NodeLayout>>;

function move(places: Places, done: string, place = moveNodes): void {
  useDocument.getState().edit((graph) => place(graph, places));
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

/** Lays the selected nodes out by what feeds what, where they stand, or below what is in their way; the others stay. */
export function tidySelected(): void {
  const cards = selectedCards();
  const ids = new Set(cards.map(({ id }) => id));
  const { shown } = useDocument.getState();
  const places = tidyLayout({
    ...shown,
    nodes: Object.fromEntries(Object.entries(shown.nodes).filter(([id]) => ids.has(id))),
    edges: shown.edges.filter(({ source, target }) => ids.has(source) && ids.has(target)),
  });
  const corner = (all: readonly NodeLayout[]): NodeLayout => ({
    x: Math.min(...all.map(({ x }) => x)),
    y: Math.min(...all.map(({ y }) => y)),
  });
  const from = corner(Object.values(places));
  const to = corner(cards);
  const moved = cards.map((card) => {
    const { x, y } = places[card.id] ?? card;
    return { ...card, x: x - from.x + to.x, y: y - from.y + to.y };
  });
  const down = downUntilClear(
    moved,
    cardsOf(Object.keys(shown.nodes).filter((id) => !ids.has(id))),
  );
  const there = Object.fromEntries(moved.map(({ id, x, y }) => [id, { x, y: y + down }]));
  move(there, 'Tidied', moveFreed);
}
