import { printable } from '@graft/graph';

/** Text of documents and models inside Markdown: nothing of it is markup. */
export function inline(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+!|&~-]/g, '\\$&');
}

/** A code block whose fence is longer than any in the text. */
export function block(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${printable(text)}\n${fence}`;
}

/** A table; `cells` are Markdown already. Columns of `numbers` stand at the right. */
export function table(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  numbers: (column: number) => boolean = () => false,
): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, at) => (numbers(at) ? '---:' : '---'))),
    ...cells.map(line),
  ].join('\n');
}
