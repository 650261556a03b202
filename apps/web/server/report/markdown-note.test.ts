import { SeededRandom } from '@graft/graph';
import { lexer, walkTokens, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { noteText } from './markdown-note.ts';

/** What stands in a report that a note is in: all kinds of tokens of it. */
function tokensOf(note: string): readonly Token[] {
  const tokens: Token[] = [];
  void walkTokens(lexer(`${noteText(note)}\n\n## After it`, { gfm: true }), (token) => {
    tokens.push(token);
  });
  return tokens;
}

/** Whether it has no markup that is meant and no picture, and what follows is as it was. */
function isProse(note: string): boolean {
  const tokens = tokensOf(note);
  const [heading] = tokens.filter(({ type }) => type === 'heading').slice(-1);
  const isWhole = heading?.type === 'heading' && heading['text'] === 'After it';
  return isWhole && tokens.every((token) => !isMarkup(token) && leadsNowhereElse(token));
}

const isMarkup = ({ type }: Token): boolean => type === 'html' || type === 'image';

/** Whether it is no link, or one to a page of the web by its whole address. */
function leadsNowhereElse(token: Token): boolean {
  return (
    (token.type !== 'link' && token.type !== 'def') || /^https?:\/\/\w/i.test(String(token['href']))
  );
}

describe('a note in a report', () => {
  it.each([
    '\\<script>x</script>',
    '\\`<script>x</script>\\`',
    '<https://x.example/`><script>x</script>`',
    '| a ` | <script>x</script> ` |\n| --- | --- |\n| b | c |',
    '```a`\n<script>x</script>\n```',
    '```\nnot closed <b>',
    '  ```\nnot closed either <b>',
    '- one\n  ```\n  code\ntext\n  ```',
  ])('has no markup, and ends where it ends: %j', (note) => {
    expect(isProse(note)).toBe(true);
  });

  it.each([
    '[i](//evil.com/img.png)',
    '![i](//evil.com/img.png)',
    '[a][ref]\n\n[ref]: //evil.com/ref',
    '[ref]\n\n> [ref]:\n> //evil.com/ref',
    '[l2](<\\\\evil\\share>)',
    '[l9](<../x>)',
    '[l20](<%2f%2fevil.com>)',
    '[l25](<&#9;//evil.com>)',
    '[a](\n//evil.com)',
    '[a](https:///evil.com) [a](https://\\evil) [a](javascript:x) [a](file:///x)',
    '[a](`//evil.com`) ftp://evil.com',
  ])('leads to pages of the web only: %j', (note) => {
    expect(isProse(note)).toBe(true);
  });

  it('keeps links to pages of the web', () => {
    const note =
      '[a](https://x.example/a "A") [b](<HTTP://x.example>) [c]\n\n[c]: https://x.example';
    expect(noteText(note)).toBe(note);
  });

  it('keeps code, addresses and headings', () => {
    const note =
      '# Why\n\n`<b>` and ``a ` <i>``, see <https://x.example/>.\n\n~~~html\n# <b>\n```\n~~~';
    expect(noteText(note)).toBe(`#${note}`);
    expect(noteText('```\n<b>')).toBe('```\n<b>\n```');
  });

  it('has none whatever it is made of', () => {
    const parts = [
      ...[
        '<b>',
        '<!-- x',
        '</b>',
        '<https://x.example>',
        '![a](b)',
        '`',
        '``',
        '```',
        '````',
        '~~~',
      ],
      ...[
        '\\',
        '|',
        '\n',
        '\n\n',
        '\n  ',
        '\n    ',
        '\n- ',
        '\n> ',
        '\n# ',
        '| a | b |\n| - | - |\n',
      ],
      ...[' ', 'text', '[', '](', ')', '*', '\n[a]: b\n', '//c.example', '](https://x.example)'],
    ];
    const random = new SeededRandom(7);
    for (let round = 0; round < 5_000; round += 1) {
      const length = 1 + Math.floor(random.uniform() * 14);
      const note = Array.from(
        { length },
        () => parts[Math.floor(random.uniform() * parts.length)] ?? '',
      ).join('');
      if (!isProse(note)) expect.fail(JSON.stringify([note, noteText(note)]));
    }
  });
});
