import type { GraphBody } from '@graft/graph';
import { nodeHeight, nodeWidth, writtenHeight } from './card-size.ts';
import { boundsAround, type Bounds } from './frames.ts';
import type { Size } from './column-layout.ts';

/** Pixels of the window around a fitted graph; at its lower edge the tools of the canvas have their place. */
export const fitPadding = { top: 28, side: 28, bottom: 60 };

/** The zoom from which parameters and ports can be read: panels give way to a graph that is smaller. */
export const legibleZoom = 0.6;

/** The least zoom of a graph that is opened as a whole: below it, titles on the cards are cut off. */
export const leastWholeZoom = 0.45;

/** The zoom at which all of some bounds is seen in a room, never enlarged. Not a number above 0 without bounds. */
export function fittedZoom({ left, top, right, bottom }: Bounds, { width, height }: Size): number {
  const across = (width - 2 * fitPadding.side) / (right - left);
  const down = (height - fitPadding.top - fitPadding.bottom) / (bottom - top);
  return Math.min(1, across, down);
}

/** The box around the cards, notes and groups of a graph, near enough, before anything of it is drawn. */
export function expectedBounds(graph: GraphBody): Bounds {
  const cards = Object.keys(graph.nodes).map((id) => {
    const { x, y } = graph.layout[id] ?? { x: 0, y: 0 };
    return { x, y, width: nodeWidth, height: nodeHeight(graph, id) };
  });
  const notes = Object.values(graph.notes ?? {}).map((note) => {
    const { x, y, width } = note;
    return { x, y, width, height: writtenHeight(note) };
  });
  return boundsAround([...cards, ...notes, ...Object.values(graph.groups ?? {})]);
}
