import { expect, it } from 'vitest';
import { numberedTitles } from './numbered-titles.ts';

const named = (titles: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(numberedTitles(Object.entries(titles)));

it('numbers nodes of one title as Graft has numbered their ids', () => {
  expect(named({ chunk: 'Chunk', generate: 'Generate', 'generate-3': 'Generate' })).toEqual({
    ...{ chunk: 'Chunk', generate: 'Generate 1', 'generate-3': 'Generate 3' },
  });
});

it('tells them apart by the ids that a person gave', () => {
  expect(named({ bare: 'Generate', taught: 'Generate' })).toEqual({
    ...{ bare: 'Generate (bare)', taught: 'Generate (taught)' },
  });
});

it('takes no number that is the title of another node', () => {
  expect(named({ cut: 'Chunk', 'cut-2': 'Chunk', own: 'Chunk 2' })).toEqual({
    ...{ cut: 'Chunk (cut)', 'cut-2': 'Chunk (cut-2)', own: 'Chunk 2' },
  });
});
