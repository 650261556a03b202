import { shortTitle } from '../kit/text/markdown-headings.ts';

/** Width of a tab in columns. */
const tab = 4;
/** Most enclosing lines of a chunk, innermost first. */
const mostEnclosing = 6;

/** Whether documents of this media type are source code: `load-files` sets `text/x-` and the language. */
export function isCode(mediaType: string): boolean {
  return mediaType.startsWith('text/x-');
}

interface CodeLine {
  /** Offset of the line in code units. */
  readonly start: number;
  /** Offset of the next line in code units. */
  readonly end: number;
  /** Columns of leading white space. */
  readonly indent: number;
  /** Whether the previous line is blank or missing. */
  readonly fresh: boolean;
  /** Trimmed; only the beginning of a long line. */
  readonly text: string;
}

/**
 * Possible cuts of code, each list ascending: at unindented lines after a blank one, at lines indented by the first
 * step after a blank one, any line after a blank one, any line.
 */
export function codeBorders(text: string): number[][] {
  const lines = [...codeLines(text)];
  const steps = [...new Set(lines.map(({ indent }) => indent))].sort((a, b) => a - b);
  const [outer = 0, inner = outer] = steps;
  const starts = (of: readonly CodeLine[]): number[] => of.map(({ start }) => start);
  const fresh = lines.filter((line) => line.fresh);
  return [
    starts(fresh.filter(({ indent }) => indent === outer)),
    starts(fresh.filter(({ indent }) => indent <= inner)),
    starts(fresh),
    starts(lines),
  ];
}

/**
 * For each position (ascending), the lines that enclose its line, outermost first: earlier ones with less indentation,
 * each less than the next, such as `class Kiln` and `def fire(self)`.
 */
export function enclosingLines(text: string, positions: readonly number[]): string[][] {
  const found: string[][] = [];
  const open: CodeLine[] = [];
  for (const line of codeLines(text)) {
    // A closing bracket ends the line with its indentation; until then that line encloses.
    const closes = /^[)\]}]/.test(line.text);
    while ((open.at(-1)?.indent ?? -1) >= line.indent + Number(closes)) open.pop();
    while ((positions[found.length] ?? Infinity) < line.end) found.push(shown(open));
    if (!closes && /[\p{L}\p{N}_]/u.test(line.text) && !isComment(line.text)) open.push(line);
  }
  return found;
}

function isComment(text: string): boolean {
  return /^(?:#(?!\w)|\/\/|\/?\*|--|;|")/.test(text);
}

function shown(open: readonly CodeLine[]): string[] {
  return open.slice(-mostEnclosing).map(({ text }) => shortTitle(text.replace(/\s?[{:(]$/, '')));
}

/** Code units of a line to read as its text. */
const readOfLine = 512;

/** The lines that are not blank. */
function* codeLines(text: string): Generator<CodeLine> {
  let fresh = true;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found + 1;
    let sign = start;
    let indent = 0;
    for (; sign < end && /\s/.test(text.charAt(sign)); sign += 1) {
      indent += text[sign] === '\t' ? tab : 1;
    }
    if (sign < end) {
      const line = text.slice(sign, Math.min(end, sign + readOfLine)).trimEnd();
      yield { start, end, indent, fresh, text: line };
    }
    fresh = sign >= end;
    start = end;
  }
}
