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
