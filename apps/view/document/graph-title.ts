import type { Graph, Note } from '@graft/graph';

const heading = /^#{1,2}[ \t]+(\S.*)(?:\r?\n|$)/;

/** The note that holds a graph's title: the uppermost one that begins with a heading. It is cut to what `graphTitle` reads. */
export function titleNote({ notes = {} }: Pick<Graph, 'notes'>): Note | undefined {
  const [note] = Object.values(notes)
    .filter(({ text }) => heading.test(text))
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

/** Emphasis and code are for the canvas; a title is plain. */
const plain = (text: string): string => text.replace(/[*_`]+(?=\S)|(?<=\S)[*_`]+/g, '').trim();

function readTitle(text: string): { readonly title: string; readonly description: string } {
  const [whole = '', title = ''] = heading.exec(text) ?? [];
  const [paragraph = ''] = text
    .slice(whole.length)
    .trim()
    .split(/\r?\n[ \t]*\r?\n/);
  const isProse = /^[\p{L}\p{N}"“_*`]/u.test(paragraph) && !/^[*-] /.test(paragraph);
  // Notes name buttons in bold: such sentences are for people at the canvas.
  const sentences = paragraph.split(/(?<=[.!?])\s+/).filter((sentence) => !sentence.includes('**'));
  return { title: plain(title), description: isProse ? plain(sentences.join(' ')) : '' };
}

/** What a graph calls itself, and one paragraph about it, perhaps empty. Undefined for a graph without such a note. */
export function graphTitle(
  graph: Pick<Graph, 'notes'>,
): { readonly title: string; readonly description: string } | undefined {
  const note = titleNote(graph);
  return note && readTitle(note.text);
}
