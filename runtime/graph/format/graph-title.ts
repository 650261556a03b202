import type { Graph } from './graph.ts';
import type { Note } from './annotation.ts';

const heading = /^\s*#{1,2}[ \t]+(\S.*?)[ \t#]*(?:\r?\n|$)/;

/** Emphasis and code are for the canvas; a title is plain. */
const plain = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}])[*_`]+|[*_`]+(?![\p{L}\p{N}])/gu, '').trim();

/** The heading that a note begins with, as plain text, and what stands below it. Undefined for a note without one. */
export function leadingHeading(
  text: string,
): { readonly title: string; readonly rest: string } | undefined {
  const [line, words = ''] = heading.exec(text) ?? [];
  const title = plain(words);
  return line === undefined || title === ''
    ? undefined
    : { title, rest: text.slice(line.length).trim() };
}

/** The note that holds a graph's title: the uppermost one that begins with a heading. It is cut to what `graphTitle` reads. */
export function titleNote({ notes = {} }: Pick<Graph, 'notes'>): Note | undefined {
  const [note] = Object.values(notes)
    .filter(({ text }) => leadingHeading(text) !== undefined)
    .sort((a, b) => a.y - b.y || a.x - b.x);
  if (note === undefined) return undefined;
  const { x, y, width, text } = note;
  const { title, description } = readTitle(text);
  return {
    x,
    y,
    width,
    text: [`# ${title}`, ...(description === '' ? [] : [description])].join('\n\n'),
  };
}

function readTitle(text: string): { readonly title: string; readonly description: string } {
  const { title, rest } = leadingHeading(text) ?? { title: '', rest: '' };
  const [paragraph = ''] = rest.split(/\r?\n[ \t]*\r?\n/);
  const isProse = /^[\p{L}\p{N}"“_*`]/u.test(paragraph) && !/^[*-] /.test(paragraph);
  // Notes name buttons in bold: such sentences are for people at the canvas.
  const sentences = paragraph.split(/(?<=[.!?])\s+/).filter((sentence) => !sentence.includes('**'));
  return { title, description: isProse ? plain(sentences.join(' ')) : '' };
}

/** What a graph calls itself, and one paragraph about it, perhaps empty. Undefined for a graph without such a note. */
export function graphTitle(
  graph: Pick<Graph, 'notes'>,
): { readonly title: string; readonly description: string } | undefined {
  const note = titleNote(graph);
  return note && readTitle(note.text);
}
