import { changeNote, type Frame, type Graph, type Note, noteKey } from '@graft/graph';
import { cardFrame, drawnFrames, noteFrame } from './drawn-frames.ts';
import { belowCard, betweenNotes, cellOrder, proseOrder, announce } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';

/** The direction of a note on the page: up, or down. */
export type ProseStep = -1 | 1;

/** An item of the page: a note with the node that it precedes (none at the head of the page), or the cell of a node. */
type Item =
  { readonly note: string; readonly node: string | undefined } | { readonly cell: string };

/** The items of the page, from the top. */
function pageOf(graph: Graph): readonly Item[] {
  const { head, before } = proseOrder(graph);
  const prose = (notes: typeof head = [], node?: string): Item[] =>
    notes.map(([note]) => ({ note, node }));
  return [
    ...prose(head),
    ...cellOrder(graph).flatMap((cell) => [...prose(before.get(cell), cell), { cell }]),
  ];
}

function frameOf(graph: Graph, id: string): Frame {
  return noteFrame(graph, id) ?? { x: 0, y: 0, width: 0, height: 0 };
}

/** Swaps two consecutive notes and keeps the distance between them. */
function swapped(graph: Graph, upper: string, lower: string): Graph {
  const [first, second] = [frameOf(graph, upper), frameOf(graph, lower)];
  const apart = second.y - first.y - first.height;
  const raised = changeNote(graph, lower, { x: first.x, y: first.y });
  return changeNote(raised, upper, { x: second.x, y: first.y + second.height + apart });
}

/** Orders notes: where they overlap, moves them apart by a pixel. */
function inOrder(graph: Graph, ids: readonly string[]): Graph {
  let lowest = -Infinity;
  return ids.reduce((changed, id) => {
    const { y } = frameOf(changed, id);
    const own = y > lowest ? y : lowest + 1;
    lowest = own;
    return changeNote(changed, id, { y: own });
  }, graph);
}

/** The graph with a note about another node, or about none. */
function withAbout(graph: Graph, id: string, node: string | undefined): Graph {
  const { notes = {} } = graph;
  const note = notes[id];
  if (note === undefined) return graph;
  const { about: _before, ...rest } = note;
  const changed: Note = node === undefined ? rest : { ...rest, about: node };
  return { ...graph, notes: { ...notes, [id]: changed } };
}

/** Puts a note before the first of some notes, which move down as far as they must. */
function before(graph: Graph, id: string, notes: readonly string[]): Graph {
  const [first = id] = notes;
  const { x, y } = frameOf(graph, first);
  let free = y + frameOf(graph, id).height + betweenNotes;
  let changed = changeNote(graph, id, { x, y });
  for (const other of notes) {
    const frame = frameOf(graph, other);
    if (frame.y >= free) break;
    changed = changeNote(changed, other, { y: free });
    free += frame.height + betweenNotes;
  }
  return changed;
}

interface Above {
  readonly node: string | undefined;
  readonly last: string | undefined;
}

/** Puts a note below all other notes of a place: on the canvas below the last of them, else below its node. */
function behind(graph: Graph, id: string, { node, last }: Above): Graph {
  const above = last === undefined ? node && cardFrame(graph, node) : noteFrame(graph, last);
  const own = noteFrame(graph, id);
  if (own === undefined || !above) return graph;
  const others = drawnFrames(graph).filter((other) => other.id !== own.id);
  return changeNote(graph, id, belowCard(above, own, others));
}

/**
 * Moves a note one item up or down: past another note, or past a cell, which makes it a note about another node.
 * Undefined at the ends; no note can follow the last cell.
 */
export function movedProse(graph: Graph, id: string, step: ProseStep): Graph | undefined {
  const page = pageOf(graph);
  const at = page.findIndex((item) => 'note' in item && item.note === id);
  const [own, past] = [page[at], page[at + step]];
  if (own === undefined || !('note' in own) || past === undefined) return undefined;
  const isNote = 'note' in past;
  const cells = cellOrder(graph);
  const node = isNote ? past.node : cells[cells.indexOf(past.cell) + (step < 0 ? 0 : 1)];
  if (!isNote && node === undefined) return undefined;
  const read = page.flatMap((item) =>
    'note' in item && item.node === node && item !== own ? [item.note] : [],
  );
  const place = isNote ? read.indexOf(past.note) + (step < 0 ? 0 : 1) : step < 0 ? read.length : 0;
  const [above, below] = [read.slice(0, place), read.slice(place)];
  const order = [...above, id, ...below];
  if (isNote && node === own.node) {
    const [upper, lower] = step < 0 ? [past.note, id] : [id, past.note];
    return inOrder(swapped(graph, upper, lower), order);
  }
  const moved = withAbout(graph, id, node);
  const placed =
    below.length > 0 ? before(moved, id, below) : behind(moved, id, { node, last: above.at(-1) });
  return inOrder(placed, order);
}

/** Whether a note can move up or down on the page. */
export function canMoveProse(id: string, step: ProseStep): boolean {
  return movedProse(useDocument.getState().shown, id, step) !== undefined;
}

/** Moves a note up or down on the page, and keeps the focus on it. */
export function moveProse(id: string, step: ProseStep): void {
  const { shown, edit } = useDocument.getState();
  if (!canMoveProse(id, step)) return;
  edit((graph) => movedProse(graph, id, step) ?? graph);
  if (useDocument.getState().shown === shown) return;
  announce(step < 0 ? 'Moved the note up.' : 'Moved the note down.');
  // It is redrawn at its new place.
  requestAnimationFrame(() => {
    const cell = document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(noteKey(id))}"]`);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: 'nearest' });
  });
}
