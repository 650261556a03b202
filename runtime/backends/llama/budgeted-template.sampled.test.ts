import { GraphError } from '@graft/graph';
import { GeneralChatWrapper, type Token } from 'node-llama-cpp';
import { describe, expect, inject, it } from 'vitest';
import { ChatTemplate } from './chat-template.ts';
import type { Vocabulary } from './vocabulary.ts';

const isToken = (id: number): id is Token => Number.isInteger(id);

/** Every character is a token. */
function characters(template: string): Vocabulary {
  const tokenizer = Object.assign(
    (text: string, kind: boolean | 'builtin' = false): Token[] =>
      kind === 'builtin' ? [] : Array.from(text, (one) => one.codePointAt(0) ?? 0).filter(isToken),
    {
      detokenize: (tokens: readonly Token[]) => String.fromCodePoint(...tokens),
      isSpecialToken: () => false,
      isEogToken: () => false,
    },
  );
  const piece = (token: number): string => String.fromCodePoint(token);
  const family = () => new GeneralChatWrapper();
  const [start, endOfText] = [[], undefined];
  const rest = { start, endOfText, [Symbol.asyncDispose]: () => Promise.resolve() };
  return { tokenizer, template, family, piece, ...rest };
}
const chat = '{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>\n{% endfor %}';
const written = (template: string): string =>
  String.fromCodePoint(
    ...new ChatTemplate(characters(template), 'some-model').write('', 'Hi').tokens,
  );

/** Ends by the time it took alone, after ten seconds. */
const slowBomb: [string, string, string] = [
  'nests a list after it was put in',
  `{% set n = namespace(t=[]) %}${Array.from({ length: 40 }, (_, k) => `{% set n${k} = namespace() %}`).join('')}${Array.from({ length: 39 }, (_, k) => `{% set n${k}.a = n${k + 1} %}{% set n${k}.b = n${k + 1} %}`).join('')}{{ n0 | tojson }}`,
  'longer than 10000 ms',
];

describe('a chat template', () => {
  it.each([
    ['loops', '{% for i in range(1000000000) %}x{% endfor %}', 'a text or list longer than 262144'],
    [
      'loops in loops',
      '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}',
      'more than 200000 steps',
    ],
    [
      'doubles a text',
      `{% set n = namespace(t='ab') %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}{{ n.t }}`,
      'a text or list longer than 262144',
    ],
    [
      'doubles a list',
      `{% set n = namespace(t=[1]) %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}`,
      'more than 200000 steps',
    ],
    [
      'nests a list in itself twice',
      `{% set n = namespace(t=[1]) %}{% for i in range(40) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t | tojson }}`,
      'a text or list longer than 262144',
    ],
    [
      'calls itself',
      `{% macro f(n) %}{% for i in range(2) %}{{ f(n - 1) if n > 0 }}{% endfor %}{% endmacro %}{{ f(50) }}`,
      'more than 200000 steps',
    ],
    ...(inject('share') === 1 ? [slowBomb] : []),
    ['is long', ' '.repeat(300_000), 'longer than 262144 characters'],
  ])('that %s ends soon, with the model and the limit', (_, bomb, limit) => {
    let error: unknown;
    try {
      written(chat + bomb);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ code: 'bad-model' });
    expect(String(error)).toContain('refuses the chat template of "some-model"');
    expect(String(error)).toContain(limit);
  });

  it('that is past a limit for some conversations only is refused for those', () => {
    const bomb = `{% if messages | length > 8 %}{% for i in range(1000000000) %}x{% endfor %}{% endif %}`;
    const template = new ChatTemplate(characters(chat + bomb), 'some-model');
    const turns = Array.from({ length: 9 }, (_, at) => ({
      role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: 'x',
    }));
    expect(template.encode(turns.slice(0, 2)).tokens.length).toBeGreaterThan(0);
    expect(() => template.encode(turns)).toThrow(/refuses .*"some-model".*longer than 262144/);
  });

  it('is written as before, its date the same every day', () => {
    expect(written(chat)).toBe('<user>Hi</user>\n<assistant>');
    expect(written(`{{ strftime_now('%d %B %Y') }}, {{ date_string }}\n${chat}`)).toBe(
      '26 July 2024, 26 Jul 2024\n<user>Hi</user>\n<assistant>',
    );
  });
});
