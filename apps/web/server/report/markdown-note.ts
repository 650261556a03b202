import { printable } from '@graft/graph';

/** A line that may begin a block of code, or end one. */
const fenceLine = /^( *)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

interface Fence {
  readonly indent: string;
  readonly marks: string;
}

/**
 * A note as part of a report in Markdown: its headings below those of the report, markup shown and not meant, pictures as links, and no
 * block of code that goes on into what follows. Where it is not sure that something is code it is taken for text.
 */
export function noteText(text: string): string {
  const lines = printable(text).trim().split('\n');
  const written: string[] = [];
  /** Lines of text that stand together: code may go on from one to the next. */
  let together: string[] = [];
  const writeText = (): void => {
    for (const shown of withoutMarkupBesideCode(together)) written.push(shown);
    together = [];
  };
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const fence = fenceOf(line);
    const end = fence === undefined ? undefined : endOf(fence, lines.slice(at + 1));
    // Not sure to be closed: within a list it would be by what follows, elsewhere by nothing.
    const shown = fence === undefined ? line : line.replace(fence.marks, `\\${fence.marks}`);
    if (fence === undefined || end === undefined) {
      if (line.trim() === '') writeText();
      together.push(shown);
    } else {
      writeText();
      const code = lines.slice(at, at + 1 + end);
      // Within a list or a line of text it may be none.
      for (const shown of code) written.push(fence.indent === '' ? shown : withoutMarkup(shown));
      written.push(lines[at + 1 + end] ?? fence.marks);
      at += end + 1;
    }
    at += 1;
  }
  writeText();
  return written.join('\n');
}

/** The block of code that a line begins. */
function fenceOf(line: string): Fence | undefined {
  const [, indent, marks] = fenceLine.exec(line) ?? [];
  return indent === undefined || marks === undefined ? undefined : { indent, marks };
}

/** After how many lines a block of code ends, at the end of the text where nothing else ends it; undefined where that is not sure. */
function endOf({ indent, marks }: Fence, lines: readonly string[]): number | undefined {
  for (const [at, line] of lines.entries()) {
    const [, before = '', run = '', after = ''] = fenceLine.exec(line) ?? [];
    const isClosing = run.startsWith(marks) && after.trim() === '';
    if (isClosing && (indent === '' ? before.length < 4 : before === indent)) return at;
    if (line.trim() !== '' && !line.startsWith(indent)) return undefined;
  }
  return indent === '' ? lines.length : undefined;
}

/** Lines outside of blocks of code, which keep the code that is sure to be some. */
function withoutMarkupBesideCode(lines: readonly string[]): string[] {
  let isSure = true;
  return lines.map((line, at) => {
    const heading = line.replace(/^(#{1,5}) /, '#$1 ');
    const { code, open } = isSure ? codeIn(heading) : { code: [], open: [] };
    const after = lines.slice(at + 1).flatMap((one) => one.match(/`+/g) ?? []);
    isSure &&= open !== 'unsure' && !open.some((run) => after.includes(run));
    let from = 0;
    const parts = code.map((span) => {
      const before = heading.slice(from, span.from);
      from = span.to;
      return withoutMarkup(before) + heading.slice(span.from, span.to);
    });
    return parts.join('') + withoutMarkup(heading.slice(from));
  });
}

interface LineCode {
  readonly code: readonly { readonly from: number; readonly to: number }[];
  /** Runs of backticks that end nothing in the line, and may do so in another; or that nothing is sure from there on. */
  readonly open: readonly string[] | 'unsure';
}

/** The code within a line: between runs of as many backticks, the first of which is not escaped (CommonMark, 6.1). */
function codeIn(line: string): LineCode {
  const code: { from: number; to: number }[] = [];
  const open: string[] = [];
  const runs = /\\[^]|`+/g;
  for (let found = runs.exec(line); found !== null; found = runs.exec(line)) {
    const { index, 0: opening } = found;
    if (!opening.startsWith('`')) continue;
    // An address or a link may go on to its end, and a cell of a table ends before code does.
    if (line.includes('|') || /(:\/\/|www\.)\S*$|\]\([^)]*$/i.test(line.slice(0, index)))
      return { code, open: 'unsure' };
    const closing = [...line.slice(runs.lastIndex).matchAll(/`+/g)].find(
      ([run]) => run === opening,
    );
    if (closing === undefined) open.push(opening);
    else {
      runs.lastIndex += closing.index + opening.length;
      code.push({ from: index, to: runs.lastIndex });
    }
  }
  return { code, open };
}

/** What follows `](` or `]:` where a link leads to a page of the web by its whole address. */
const page = String.raw`\s*<?https?:\/\/[^\s\\/?#%&<>()]`;
const elsewhere = new RegExp(String.raw`\](?=[(:])(?!.${page})`, 'gi');

/**
 * Markup as it is written, addresses in angle brackets apart, and pictures as links. So are links that lead elsewhere
 * than to a page of the web: in a file, `//host` is a share of another machine, and a path one of this.
 */
function withoutMarkup(text: string): string {
  return text
    .replace(
      /(\\*)<(?=[a-z/!?])(?!https?:\/\/[^\s<>`]*>)/gi,
      // One that escapes it would escape what it is written as; and at the end of an address it escapes nothing.
      (_all, escapes: string) => `${escapes.slice(escapes.length % 2)}&lt;`,
    )
    .replace(/!\[/g, '[')
    .replace(elsewhere, ']\\')
    .replace(/\bftp(?=:\/\/)/gi, '$&\\');
}
