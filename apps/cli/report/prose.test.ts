import { SeededRandom } from '@graft/graph';
import { lexer, walkTokens, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { proseText } from './prose.ts';

/** What stands in a report that a note is in: all kinds of tokens of it. */
function tokensOf(note: string): readonly Token[] {
  const tokens: Token[] = [];
  void walkTokens(lexer(`${proseText(note)}\n\n## After it`, { gfm: true }), (token) => {
    tokens.push(token);
  });
  return tokens;
}

/** Whether it has no markup that is meant and no picture, and what follows is as it was. */
function isProse(note: string): boolean {
  const tokens = tokensOf(note);
  const [heading] = tokens.filter(({ type }) => type === 'heading').slice(-1);
  const isWhole = heading?.type === 'heading' && heading['text'] === 'After it';
  return isWhole && tokens.every(({ type }) => type !== 'html' && type !== 'image');
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

  it('keeps code, addresses and headings', () => {
    const note =
      '# Why\n\n`<b>` and ``a ` <i>``, see <https://x.example/>.\n\n~~~html\n# <b>\n```\n~~~';
    expect(proseText(note)).toBe(`#${note}`);
    expect(proseText('```\n<b>')).toBe('```\n<b>\n```');
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
      ...[' ', 'text', '[', '](', ')', '*', '\n[a]: b\n'],
    ];
    const random = new SeededRandom(7);
    for (let round = 0; round < 5_000; round += 1) {
      const length = 1 + Math.floor(random.uniform() * 14);
      const note = Array.from(
        { length },
        () => parts[Math.floor(random.uniform() * parts.length)] ?? '',
      ).join('');
      if (!isProse(note)) expect.fail(JSON.stringify([note, proseText(note)]));
    }
  });
});
