import type { Note } from '@graft/graph';

/** All in pixels: what stands beside the text on both sides, and above and below it; a line of it; what is between paragraphs. */
const beside = 26;
const around = 20;
const line = 20;
const between = 8;
/** Of a letter, and of one of a heading, near enough. */
const letter = 6.6;
const headingLetter = 8.4;
/** A longer text is scrolled within. */
const mostText = 480;

/** Height of a note as it will be drawn, near enough to lay out by. */
export function writtenHeight({ text, width, height = 0 }: Note): number {
  let needed = 0;
  for (const one of text.split('\n')) {
    const size = one.startsWith('#') ? headingLetter : letter;
    const letters = Math.max(1, Math.floor((width - beside) / size));
    needed += one.trim() === '' ? between : line * Math.max(1, Math.ceil(one.length / letters));
  }
  return Math.max(height, around + Math.min(mostText, needed));
}
