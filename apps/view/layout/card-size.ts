import type { GraphBody, Note } from '@graft/graph';
import { shapeOf, nodeFacts } from '../document/node-shape.ts';
import { portsOf } from './node-port-names.ts';

/** All sizes are in pixels of the graph, as `canvas.css` has them. */
export const nodeWidth = 206;
/** Between the cards of a column and those of the next: there is room for edges. */
export const columnGap = 56;
/** Height of the title of a group, with its border. */
export const groupHead = 34;
/** Width of the words of a group's title with their padding, estimated from the letters. */
export const groupTitleWidth = (title: string): number => 24 + title.length * 8.5;
/** Height of a line of a title, of a row of ports, and of a fact. */
const row = 20;
/** Lines of a title that are shown. */
export const mostTitleLines = 4;
/** Letters of a title that fit on a line, near enough. */
const titleLetters = 22;

/** Height of the part of a card above its ports, with its border. */
const headHeight = (titleLines: number): number => 35 + (titleLines - 1) * row;

export function cardHeight(card: {
  readonly titleLines: number;
  readonly portRows: number;
  readonly facts: number;
}): number {
  const { titleLines, portRows, facts } = card;
  const factsHeight = facts === 0 ? 0 : 13 + facts * row;
  return headHeight(titleLines) + portRows * row + 5 + factsHeight + 29;
}

/** The middle of a row of ports, from the top of the card. */
export const portMiddle = (titleLines: number, index: number): number =>
  headHeight(titleLines) + (index + 0.5) * row;

/** Height of a card that is folded to its title. */
export const foldedHeight = (titleLines: number): number => headHeight(titleLines) + 1;

/** Lines of a node's title, near enough to lay out by: how it breaks is not looked at. */
export function titleLinesOf(graph: GraphBody, id: string): number {
  const lines = Math.ceil((graph.nodes[id]?.title ?? '').length / titleLetters);
  return Math.min(mostTitleLines, Math.max(1, lines));
}

/** Height of a node as it will be drawn, near enough to lay out by. */
export function nodeHeight(graph: GraphBody, id: string): number {
  const node = graph.nodes[id];
  const titleLines = titleLinesOf(graph, id);
  if (graph.layout[id]?.collapsed === true) return foldedHeight(titleLines);
  const look = shapeOf(node);
  if (look === undefined) return 65 + headHeight(titleLines);
  const { inputs, outputs } = portsOf(graph.edges, id, look);
  const facts = nodeFacts(node, node?.params)?.length ?? 2;
  return cardHeight({ titleLines, portRows: Math.max(inputs.length, outputs.length), facts });
}

/** Pixels of a note: left and right of its text together, above and below it together, of a line, and between paragraphs. */
const besideText = 26;
const aroundText = 20;
const textLine = 20;
const betweenParagraphs = 8;
/** Average width of a letter of the text, and of a heading. */
const letter = 6.6;
const headingLetter = 8.4;
/** A longer text scrolls within the note. */
const mostText = 480;

/** Estimated height of a note. */
export function writtenHeight({ text, width, height = 0 }: Note): number {
  let needed = 0;
  for (const line of text.split('\n')) {
    const size = line.startsWith('#') ? headingLetter : letter;
    const letters = Math.max(1, Math.floor((width - besideText) / size));
    const rows = Math.max(1, Math.ceil(line.length / letters));
    needed += line.trim() === '' ? betweenParagraphs : textLine * rows;
  }
  return Math.max(height, aroundText + Math.min(mostText, needed));
}
