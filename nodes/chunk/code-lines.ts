import { shortTitle } from '../kit/text/markdown-headings.ts';

/** Columns that a tab stands for. */
const tab = 4;
/** Enclosing lines of a chunk at most, the innermost of them. */
const mostEnclosing = 6;

/** Whether documents of this media type are source code: `load-files` says `text/x-` and the language. */
export function isCode(mediaType: string): boolean {
  return mediaType.startsWith('text/x-');
}

interface CodeLine {
  /** Code units before the line. */
  readonly start: number;
  /** Code units before the next line. */
  readonly end: number;
  /** Columns of white space before its first sign. */
  readonly indent: number;
  /** Whether the line before it is blank, or there is none. */
  readonly fresh: boolean;
  /** Without the white space around it; of a long one the beginning. */
  readonly text: string;
}

/**
 * Where code may be cut, ascending each: at lines after a blank one that are not indented, those that are indented by
 * the first step, any line after a blank one, any line.
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
 * For each position (ascending), the lines that the line there is within, outermost first: those before it that are
 * indented less, each less than the next, as `class Kiln` and `def fire(self)`.
 */
export function enclosingLines(text: string, positions: readonly number[]): string[][] {
  const found: string[][] = [];
  const open: CodeLine[] = [];
  for (const line of codeLines(text)) {
    // A closing bracket ends what its line is indented like; until then that encloses.
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

/** Code units of a line that are looked at as its text. */
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
