import { definitions } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { aboutType, rank } from './node-types.ts';

/** The node types that a search finds, best first. */
function found(search: string): string[] {
  return definitions
    .map((definition) => ({
      type: definition.type,
      score: rank(definition.title, search, [aboutType(definition)]),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ type }) => type);
}

it.each([
  ['vector', 'embed'],
  ['split', 'chunk'],
  ['pdf', 'load-files'],
  ['finetune', 'train-lora'],
  ['llm', 'generate'],
  ['vector store', 'index'],
  ['crawl', 'load-web'],
  ['multi-query', 'rewrite-questions'],
])('finds by %s what people mean: %s', (search, type) => {
  expect(found(search)).toContain(type);
});

it('puts what is called so before what only speaks of it', () => {
  expect(found('chunk')[0]).toBe('chunk');
  expect(found('embed')[0]).toBe('embed');
});

it('puts what has the very word before what only begins with it', () => {
  expect(rank('add Embed embed', 'embed')).toBeGreaterThan(
    rank('add Remote embedder remote-embedder', 'embed'),
  );
});

it('finds nothing by words that nothing is about', () => {
  expect(found('zebra')).toEqual([]);
});
