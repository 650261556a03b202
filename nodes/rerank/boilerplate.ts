import { greatest } from '../kit/evaluation/numeric.ts';
import { plainWords } from '../kit/text/word-pair-sketch.ts';

/** A line in this many documents of a list belongs to none of them. */
const commonTo = 3;

/** Lines that occur verbatim in several documents of a list: menus, footers, notices. */
export function commonLines(
  texts: readonly { readonly path: string; readonly text: string }[],
): ReadonlySet<string> {
  const paths = new Map<string, Set<string>>();
  for (const { path, text } of texts) {
    for (const line of text.split('\n')) {
      const words = wordsOf(line);
      const seen = paths.get(words) ?? new Set();
      paths.set(words, seen.add(path));
    }
  }
  return new Set([...paths].flatMap(([line, seen]) => (seen.size >= commonTo ? [line] : [])));
}

/**
 * Counts the words of a text, and its own words: not those in lines shared by several documents, rows of links, and
 * rights notices. Ignores headings. Neighbouring lines with equal numbers of bars are a table, not links.
 */
export function countWords(
  text: string,
  common: ReadonlySet<string>,
): { readonly own: number; readonly all: number } {
  let own = 0;
  let all = 0;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (/^\s*#{1,6}\s/.test(line)) continue;
    const words = wordsOf(line);
    const count = words === '' ? 0 : words.split(' ').length;
    all += count;
    const isRow = [lines[at - 1], lines[at + 1]].some((neighbour) => isSameRow(line, neighbour));
    if (!common.has(words) && !isLinks(line, isRow) && !/©|\(c\)\s*\d{4}/i.test(line)) own += count;
  }
  return { own, all };
}

function wordsOf(line: string): string {
  return plainWords(line).join(' ');
}

function isSameRow(line: string, neighbour = ''): boolean {
  const bars = line.split('|').length;
  return bars > 1 && bars === neighbour.split('|').length;
}

/**
 * `Home | Prices | Contact` unless it is a row of a table, `Home › Kilns › Prices`, or mostly words of Markdown links.
 */
function isLinks(line: string, isRow: boolean): boolean {
  const linked = [...line.matchAll(/\[([^\]\n]{1,200})\]\([^)\n]{1,2000}\)/g)];
  const linkWords = linked.flatMap(([, words = '']) => plainWords(words)).length;
  const rest = plainWords(line.replace(/\[[^\]\n]{1,200}\]\([^)\n]{1,2000}\)/g, ' ')).length;
  if (linked.length > 0 && linkWords >= rest) return true;
  // A table row begins with a bar.
  if (isRow || line.trimStart().startsWith('|')) return false;
  const parts = line.split(/\s[|·•›»>]\s/);
  const longest = greatest(parts.map((part) => plainWords(part).length));
  return parts.length >= 3 && longest <= 4;
}
