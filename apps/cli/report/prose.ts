import { printable } from '../terminal.ts';

/** Code in Markdown, which stays as it is. */
const code = /(^```[^]*?^```|`[^`\n]*`)/m;

/** A note as part of a report in Markdown: its headings below those of the report, markup shown and not meant, pictures as links. */
export function proseText(text: string): string {
  return printable(text)
    .trim()
    .split(new RegExp(code, 'gm'))
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part
            .replace(/<(?=[a-z/!?])(?!https?:)/gi, '\\<')
            .replace(/!\[/g, '[')
            .replace(/^(#{1,5}) /gm, '#$1 '),
    )
    .join('');
}
