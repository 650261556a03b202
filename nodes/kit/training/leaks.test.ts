import type { Example } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { LeakFinder } from './leaks.ts';

function row(
  id: string,
  split: Example['split'],
  ...said: readonly (readonly [string, string])[]
): Example {
  const turns = said.flatMap(([asked, answer]): Example['turns'] => [
    { role: 'user', content: asked, trained: false },
    { role: 'assistant', content: answer, trained: true },
  ]);
  return { id, path: 'rows', row: 1, split, kind: 'chat', turns };
}
function text(id: string, split: Example['split'], content: string): Example {
  return {
    id,
    path: 'rows',
    row: 1,
    split,
    kind: 'text',
    turns: [{ role: 'text', content, trained: true }],
  };
}
function words(from: number, length = 60): string {
  return Array.from({ length }, (_, at) => `word${String(from + at)}`).join(' ');
}
function leaks(...rows: readonly Example[]) {
  const finder = new LeakFinder();
  for (const one of rows) finder.note(one);
  for (const one of rows) finder.compare(one);
  return finder.found();
}

const asked = 'When the Eastern Kiln is started up, which of its burners is lit before the others?';
const near =
  'when the eastern kiln is started up, which of its burners is lit before the other ones';

describe('a row kept for evaluation', () => {
  it('leaks where the very same is trained on, whatever the order', () => {
    const rows = [
      row('a', 'train', [asked, 'Number three.']),
      row('b', 'eval', [asked, 'Number three.']),
    ];
    expect(leaks(...rows)).toEqual([{ id: 'b', as: 'a', exact: true }]);
    expect(leaks(...rows.toReversed())).toEqual([{ id: 'b', as: 'a', exact: true }]);
  });

  it('leaks where nearly the same is asked and the same answered', () => {
    const found = leaks(
      row('a', 'train', [asked, 'Number three.']),
      row('b', 'eval', [near, 'number three']),
      row('c', 'eval', [near, 'Number four.']),
      row('d', 'eval', ['Which burner of the kiln is lit first?', 'Number three.']),
    );
    expect(found).toEqual([{ id: 'b', as: 'a', exact: false }]);
  });

  it('leaks by any of its turns', () => {
    const found = leaks(
      row('a', 'train', ['Who has the key to the yard at night?', 'Nobody.'], [asked, 'Three.']),
      row('b', 'eval', ['How many kilns are there in all?', 'Six.'], [near, 'Three.']),
    );
    expect(found).toEqual([{ id: 'b', as: 'a', exact: false }]);
  });

  it('does not leak by the passages that it shares with others', () => {
    const ask = (question: string): string =>
      `[1] ${words(0)}\n\nUsing only the passages above, answer in one short sentence. ${question}`;
    const none = 'The handbook does not say.';
    const found = leaks(
      row('a', 'train', [ask('Who painted the mural of the tarn in the Long Room?'), none]),
      row('b', 'eval', [ask('What is the yearly salary of the works director, before tax?'), none]),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['after the question', (q: string) => `${q}\n\nAnswer in one short sentence. Cite.`],
    ['in two paragraphs', (q: string) => `${q}\n\nAnswer in one short sentence.\n\nCite.`],
    ['before it, much longer', (q: string) => `${words(9000)}. ${q}`],
    ['around it', (q: string) => `${words(9000)}\nQuestion: ${q}\n${words(9900)}`],
  ])('does not leak by a template that all rows share, %s', (_where, template) => {
    const asks = (id: string, question: string, from = 0): Example =>
      row(id, /[bc]/.test(id) ? 'eval' : 'train', [
        `[1] ${words(from, 240)}\n\n${template(question)}`,
        'The handbook does not say.',
      ]);
    const others = Array.from({ length: 30 }, (_, at) =>
      asks(`t${String(at)}`, `Who has the key of ${words(at, 5)}?`, 240 * (at + 1)),
    );
    const found = leaks(
      ...others,
      asks('a', 'Who painted the mural of the tarn in the Long Room?'),
      asks('b', 'What is the yearly salary of the works director, before tax?'),
      asks('c', 'who painted the mural of the tarn in the long room'),
    );
    expect(found).toEqual([{ id: 'c', as: 'a', exact: false }]);
  });

  it('leaks though nothing but a template is asked', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      row(`t${String(at)}`, 'train', ['Tell me a joke.', `Joke ${String(at)}.`]),
    );
    const found = leaks(...many, row('e', 'eval', ['tell me a joke', 'Joke 7.']));
    expect(found).toEqual([{ id: 'e', as: 't7', exact: false }]);
  });

  it('is held for as long as there is room, and counted where there is none', () => {
    const finder = new LeakFinder(asked.length);
    const rows = [row('a', 'train', [asked, '3.']), row('b', 'eval', [asked, '3.'])];
    for (const one of [...rows, row('c', 'eval', [near, '3.'])]) finder.note(one);
    expect([finder.rows, finder.left]).toEqual([1, 1]);
    for (const one of rows) finder.compare(one);
    expect(finder.found()).toEqual([{ id: 'b', as: 'a', exact: true }]);
  });

  it('leaks as a text without questions', () => {
    const found = leaks(
      text('a', 'train', words(0)),
      text('b', 'eval', words(2)),
      text('c', 'eval', words(200)),
    );
    expect(found).toEqual([{ id: 'b', as: 'a', exact: false }]);
  });

  it('is looked for among many with one label without looking at all of them', () => {
    const many = Array.from({ length: 4000 }, (_, at) =>
      row(`t${String(at)}`, 'train', [
        `Is the number ${String(at)} of the list even or odd?`,
        'Even.',
      ]),
    );
    const found = leaks(
      ...many,
      row('e', 'eval', ['Is the number 17 of the list even or odd?', 'Odd.']),
    );
    expect(found).toEqual([]);
  });
});
