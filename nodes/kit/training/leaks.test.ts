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
function leaks(...rows: readonly Example[]) {
  const finder = new LeakFinder();
  for (const one of rows) finder.add(one);
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
    const passages = Array.from({ length: 90 }, (_, at) => `word${String(at)}`).join(' ');
    const ask = (question: string): string =>
      `[1] ${passages}\n\nUsing only the passages above, answer in one short sentence. ${question}`;
    const none = 'The handbook does not say.';
    const found = leaks(
      row('a', 'train', [ask('Who painted the mural of the tarn in the Long Room?'), none]),
      row('b', 'eval', [ask('What is the yearly salary of the works director, before tax?'), none]),
    );
    expect(found).toEqual([]);
  });

  it('leaks as a text without questions', () => {
    const words = (from: number): string =>
      Array.from({ length: 60 }, (_, at) => `word${String(from + at)}`).join(' ');
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
