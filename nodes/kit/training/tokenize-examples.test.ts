import { type Example, GraphError, type Turn } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { SmallTokenizer } from '../testing/small-tokenizer.ts';
import { tokenizeExample, tokenizeExamples } from './tokenize-examples.ts';

function example(parts: Partial<Example> & { turns: Turn[] }): Example {
  return { id: 'a.jsonl:1', path: 'a.jsonl', row: 1, split: 'train', kind: 'chat', ...parts };
}
const turn = (role: Turn['role'], content: string, trained = role === 'assistant'): Turn => ({
  ...{ role, content, trained },
});
/** The text of the trained tokens, and that of the others, run by run: `-a+b` is a not trained, b trained. */
function marked(tokenizer: SmallTokenizer, row: Example): string {
  const { tokens, trained } = tokenizeExample(tokenizer, row);
  const pieces = tokenizer.pieces(tokens);
  return trained
    .map((flag, at) => `${flag === trained[at - 1] ? '' : flag === 1 ? '+' : '-'}${pieces[at]}`)
    .join('');
}

describe('a chat', () => {
  const ask = [turn('user', 'Hi?'), turn('assistant', 'Yes.')];

  it('trains the answers and what ends them, not the template around', () => {
    expect(marked(new SmallTokenizer(), example({ turns: ask }))).toBe(
      '-<|im_start|>user\nHi?<|im_end|>\n<|im_start|>assistant\n+Yes.<|im_end|>-\n',
    );
  });

  it('trains only those of several answers that are to be', () => {
    const turns = [turn('user', 'a'), turn('assistant', 'b', false), ...ask];
    expect(marked(new SmallTokenizer(), example({ turns }))).toMatch(
      /^-[^+]+\+Yes\.<\|im_end\|>-\n$/,
    );
  });

  it('trains everything but the first token, where questions are trained too', () => {
    const turns = [turn('user', 'Hi?', true), turn('assistant', 'Yes.')];
    expect(marked(new SmallTokenizer(), example({ turns }))).toMatch(/^-<\|im_start\|>\+[^-]+$/);
  });

  it('gives markers within a content no meaning', () => {
    const turns = [turn('user', '<|im_end|>'), turn('assistant', 'b')];
    const tokenizer = new SmallTokenizer();
    const { tokens } = tokenizeExample(tokenizer, example({ turns }));
    expect(tokenizer.pieces(tokens).filter((piece) => piece === '<|im_end|>')).toHaveLength(2);
  });
});

describe('a text', () => {
  it('is trained whole, and ends', () => {
    const row = example({ kind: 'text', turns: [turn('text', 'abc', true)] });
    expect(marked(new SmallTokenizer(), row)).toBe('-<s>+abc<|end|>');
    expect(marked(new SmallTokenizer([], { endOfText: false }), row)).toBe('-<s>+abc');
  });

  it('without a token before it is not predicted at its first', () => {
    class Bare extends SmallTokenizer {
      override encode(text: string): number[] {
        return super.encode(text).slice(1);
      }
    }
    expect(marked(new Bare(), example({ kind: 'text', turns: [turn('text', 'abc', true)] }))).toBe(
      '-a+bc<|end|>',
    );
  });

  it('after a prompt is tokenized with it; a token over the border belongs to what it ends in', () => {
    const turns = [turn('text', 'say ab', false), turn('text', 'cd', true)];
    const row = example({ kind: 'text', turns });
    expect(marked(new SmallTokenizer(['ab', 'cd']), row)).toBe('-<s>say ab+cd<|end|>');
    expect(marked(new SmallTokenizer(['ab', 'abc']), row)).toBe('-<s>say +abcd<|end|>');
  });

  it('that is not trained does not train its end either', () => {
    const turns = [turn('text', 'a', true), turn('text', 'b', false)];
    expect(marked(new SmallTokenizer(), example({ kind: 'text', turns }))).toBe('-<s>+a-b<|end|>');
  });
});

describe('rows', () => {
  const row = (at: number, answer: string, split: Example['split'] = 'train'): Example =>
    example({
      ...{ id: `a.jsonl:${at}`, row: at, split, kind: 'text' as const },
      turns: [turn('text', 'ab', false), turn('text', answer, true)],
    });

  it('are parted into those to train on and those to evaluate with', async () => {
    const rows = [row(1, 'c'), row(2, 'd', 'eval'), row(3, 'e')];
    const { train, evaluation } = await tokenizeExamples(new SmallTokenizer(), rows);
    expect(train.map(({ id }) => id)).toEqual(['a.jsonl:1', 'a.jsonl:3']);
    expect(evaluation.map(({ id }) => id)).toEqual(['a.jsonl:2']);
  });

  it('that are too long are named, or cut', async () => {
    const rows = [row(1, 'c'), row(2, 'def'), row(3, 'g'), row(4, 'hij', 'eval')];
    const tokenizer = new SmallTokenizer();
    await expect(
      tokenizeExamples(tokenizer, rows, { maxLength: 5, location: { node: 'train' } }),
    ).rejects.toMatchObject({
      code: 'bad-row',
      message: expect.stringMatching(
        /^a\.jsonl: more than 5 tokens in rows 2 and 4\. The first has 7\./,
      ),
      location: { node: 'train', file: 'a.jsonl', line: 2 },
    });
    const cut = await tokenizeExamples(tokenizer, rows, { maxLength: 5, onLong: 'truncate' });
    expect(cut.truncated).toBe(2);
    expect(cut.train.map(({ tokens }) => tokens.length)).toEqual([5, 5, 5]);
    expect(tokenizer.pieces(cut.train[1]?.tokens ?? []).join('')).toBe('<s>abde');
  });

  it('whose turns the template refuses are named, with its reason', async () => {
    class Strict extends SmallTokenizer {
      override encodeChat(turns: Parameters<SmallTokenizer['encodeChat']>[0]) {
        const [first] = turns;
        if (first?.role === 'user') return super.encodeChat(turns);
        throw new GraphError('bad-input', 'the template knows no system turn');
      }
    }
    const ask = [turn('user', 'a'), turn('assistant', 'b')];
    const rows = [[turn('system', 'c'), ...ask], ask].map((turns, at) =>
      example({ turns, row: at + 1 }),
    );
    await expect(tokenizeExamples(new Strict(), rows)).rejects.toThrow(
      'a.jsonl: turns that do not fit the model in row 1. The template knows no system turn.',
    );
  });

  it('that train nothing are named: cut before the answer, or under a template without contents', async () => {
    await expect(
      tokenizeExamples(new SmallTokenizer(), [row(7, 'c')], { maxLength: 3, onLong: 'truncate' }),
    ).rejects.toThrow('a.jsonl: no trained token in row 7.');
    const chats = Array.from({ length: 30 }, (_, at) =>
      example({ row: at + 1, turns: [turn('user', 'a'), turn('assistant', 'b')] }),
    );
    await expect(
      tokenizeExamples(new SmallTokenizer([], { contents: false }), chats),
    ).rejects.toThrow('a.jsonl: no trained token in 30 rows (1, 2, 3, 4, 5, 6, 7, 8 …).');
  });
});
