/** Marks at the head of a line that Markdown takes for a heading, a fence or an underline. */
const marks = /^( {0,3})(#{1,6}(?![^ \t])|`{3,}|~{3,}|=+[ \t]*$|-+[ \t]*$)/;

/** Text that stays text within Markdown: no line of it begins a heading or a block of code. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(marks, '$1\\$2'))
    .join('\n');
}

/** A heading of Markdown, level 1 to 6; the title on one line. */
export function headingLine(level: number, title: string): string {
  return `${'#'.repeat(level)} ${title.replace(/\s+/g, ' ').trim()}`;
}

/** Control characters that no text needs: a text that has them gets at worst a heading more. */
export const headingMark = '\u0001';
export const verbatimMark = '\u0002';

/**
 * A text whose headings begin with a mark for each level, and whose preformatted lines begin with one, in Markdown:
 * the latter are indented by four, so that they are code.
 */
export function markedAsMarkdown(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const bare = line.replaceAll(headingMark, '').replaceAll(verbatimMark, '');
      if (line.startsWith(verbatimMark)) return bare.trim() === '' ? '' : `    ${bare}`;
      if (!line.startsWith(headingMark)) return plainLines(bare);
      if (bare.trim() === '') return [];
      let level = 1;
      while (line[level] === headingMark) level += 1;
      return headingLine(Math.min(level, 6), bare);
    })
    .join('\n');
}
