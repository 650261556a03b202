/** A part of a long text: `offset` in code units and 1-based `line` of its first character. */
export interface TextPart {
  /** From 0. */
  readonly number: number;
  readonly text: string;
  readonly offset: number;
  readonly line: number;
}

/** Most code units of a part: 1 MiB in memory. */
const maxPart = 512 * 1024;

/**
 * Splits a stream of text into parts of at most `max` code units, each cut after a blank line in its second half, else
 * after a line, a word, or between characters. Holds about two parts in memory.
 */
export async function* splitParts(
  text: AsyncIterable<string> | Iterable<string>,
  max = maxPart,
): AsyncGenerator<TextPart> {
  let rest = '';
  let offset = 0;
  let line = 1;
  let number = 0;
  for await (const piece of text) {
    rest += piece;
    while (rest.length > max) yield take(cutAt(rest, max));
  }
  if (rest !== '') yield take(rest.length);

  function take(length: number): TextPart {
    const part = { number, text: rest.slice(0, length), offset, line };
    number += 1;
    rest = rest.slice(length);
    offset += length;
    for (let at = part.text.indexOf('\n'); at >= 0; at = part.text.indexOf('\n', at + 1)) line += 1;
    return part;
  }
}

function cutAt(text: string, max: number): number {
  const window = text.slice(max >> 1, max);
  for (const boundary of [/\n[ \t\r]*\n/g, /\n/g, /\s/g]) {
    let end = -1;
    for (const match of window.matchAll(boundary)) end = match.index + match[0].length;
    if (end > 0) return (max >> 1) + end;
  }
  const low = text.charCodeAt(max);
  return low >= 0xdc00 && low <= 0xdfff ? max - 1 : max;
}
