/** Marks at the head of a line that Markdown reads as a heading, a fence or an underline. */
const marks = /^( {0,3})(#{1,6}(?![^ \t])|`{3,}|~{3,}|=+[ \t]*$|-+[ \t]*$)/;

/** Escapes a text for Markdown, so that no line of it begins a heading or a code block. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(marks, '$1\\$2'))
    .join('\n');
}

/** A Markdown heading, level 1 to 6; the title on one line. */
export function headingLine(level: number, title: string): string {
  return `${'#'.repeat(level)} ${title.replace(/\s+/g, ' ').trim()}`;
}

/** Control characters that no text needs: a text that contains them gets at worst an extra heading. */
export const headingMark = '\u0001';
export const verbatimMark = '\u0002';

/**
 * Converts a marked text to Markdown: headings begin with one mark for each level, preformatted lines with one. Indents
 * preformatted lines by four, as code.
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
