/** A heading line of a markdown text. */
export interface Heading {
  /** Offset of its line in code units. */
  readonly start: number;
  /** 1 to 6. */
  readonly level: number;
  /** Without emphasis and link marks; only the beginning of a long one. */
  readonly title: string;
}

/** Code units. Every chunk below a heading carries its title: a longer one is prose. */
export const maxTitle = 256;

/**
 * The headings of a markdown text, in order, without those inside code fences. Reads every character a bounded number
 * of times, whatever the text (see docs/adr/nodes-linear-text-scanning.md).
 */
export function markdownHeadings(text: string): Heading[] {
  const found: Heading[] = [];
  let fence: string | undefined;
  let lineStart = 0;
  let previous = '';
  for (const whole of text.split('\n')) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      const own = hashHeading(line);
      const underline = /^ {0,3}(=+|-+)[ \t]*$/.exec(line)?.[1];
      if (own !== undefined) {
        found.push({ start: lineStart, level: own.level, title: titleOf(own.text) });
      } else if (underline !== undefined && /^ {0,3}[^\s>|#*+-]/.test(previous)) {
        const start = lineStart - previous.length - 1;
        found.push({ start, level: underline.startsWith('=') ? 1 : 2, title: titleOf(previous) });
      }
    }
    previous = whole;
    lineStart += whole.length + 1;
  }
  return found;
}

/** `## Text ##`, without its closing marks. */
function hashHeading(line: string): { readonly level: number; readonly text: string } | undefined {
  const marks = /^ {0,3}(#{1,6})(?![^ \t])/.exec(line);
  if (marks === null) return undefined;
  const text = trimBlanks(line.slice(marks[0].length));
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const closed = end < text.length && (end === 0 || isBlank(text[end - 1]));
  return { level: marks[1]?.length ?? 1, text: closed ? trimBlanks(text.slice(0, end)) : text };
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\t';
}

/** Code units of a heading line that may form its title. */
const readForTitle = 4096;

function titleOf(raw: string): string {
  const begin = raw.slice(0, readForTitle);
  return shortTitle(withoutEmphasis(withoutLinks(begin)).trim());
}

/** A title short enough for every chunk. */
export function shortTitle(title: string): string {
  if (title.length <= maxTitle) return title;
  const cut = title.slice(0, maxTitle - 1);
  // Not between the halves of a character.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** `[text](address)` and `![text](address)` as their text. */
function withoutLinks(title: string): string {
  let out = '';
  let kept = 0;
  // Searches continue where the last one ended, so that none reads a text twice.
  let bracket = -1;
  let paren = -1;
  for (let open = title.indexOf('['); open >= 0; open = title.indexOf('[', open + 1)) {
    if (open < kept) continue;
    if (bracket < open) bracket = title.indexOf(']', open);
    if (bracket < 0) break;
    if (title[bracket + 1] !== '(') continue;
    if (paren < bracket) paren = title.indexOf(')', bracket);
    if (paren < 0) break;
    const image = title[open - 1] === '!' && open > kept;
    out += title.slice(kept, image ? open - 1 : open) + title.slice(open + 1, bracket);
    kept = paren + 1;
  }
  return out + title.slice(kept);
}

const isMark = (sign: string | undefined): boolean => sign === '*' || sign === '_' || sign === '`';

/** Removes one to three marks around a text without outer spaces. */
function withoutEmphasis(title: string): string {
  const closing = closingMarks(title);
  let out = '';
  for (let at = 0; at < title.length;) {
    const pair = isMark(title[at]) ? pairAt(title, at, closing) : undefined;
    if (pair === undefined) {
      out += title.charAt(at);
      at += 1;
    } else {
      out += title.slice(pair.from, pair.to);
      at = pair.end;
    }
  }
  return out;
}

/** By position, the next mark not preceded by a space; the title's length if there is none. */
function closingMarks(title: string): Uint32Array {
  const next = new Uint32Array(title.length + 2).fill(title.length);
  for (let at = title.length - 1; at > 0; at -= 1) {
    const closes = isMark(title[at]) && !/\s/.test(title.charAt(at - 1));
    next[at] = closes ? at : (next[at + 1] ?? title.length);
  }
  return next;
}

interface Emphasised {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

function pairAt(title: string, at: number, closing: Uint32Array): Emphasised | undefined {
  let marks = 1;
  while (marks < 3 && isMark(title[at + marks])) marks += 1;
  for (; marks > 0; marks -= 1) {
    const from = at + marks;
    const to = closing[from + 1] ?? title.length;
    if (to >= title.length || /\s/.test(title.charAt(from))) continue;
    let end = to + 1;
    while (end < to + 3 && isMark(title[end])) end += 1;
    return { from, to, end };
  }
  return undefined;
}
