import { z } from 'zod';
import { expect, it } from 'vitest';
import { numberNode } from '../testing.ts';
import { metricMeaning, metricMeanings } from './metric-meanings.ts';
import type { NodeType } from './node-type.ts';

const node = (type: string, meanings?: NodeType['meanings']): NodeType => ({
  ...numberNode,
  ...{ type, title: type.toUpperCase(), params: z.strictObject({}), summary: () => [] },
  ...(meanings === undefined ? {} : { meanings }),
});
const registry = new Map(
  [
    node('score', { recall: 'Found.', mrr: 'Soon.' }),
    node('grade', { recall: 'Kept.', keptShare: 'All.' }),
    node('again', { recall: 'Found.' }),
    node('gather'),
  ].map((one) => [one.type, one]),
);

it('says what the metrics of a node mean by the node', () => {
  const said = (type: string, name: string) => metricMeaning(metricMeanings(registry, type), name);
  expect(said('score', 'recall@3')).toBe('Found.');
  expect(said('grade', 'recall')).toBe('Kept.');
  expect(said('grade', 'mrr')).toBeUndefined();
  expect(said('score', 'toString')).toBeUndefined();
  expect(said('score', 'recall@')).toBeUndefined();
});

it('says all that it may mean where nodes that are not known gave it', () => {
  const said = (name: string) => metricMeaning(metricMeanings(registry, 'gather'), name);
  expect(said('mrr')).toBe('Soon.');
  expect(said('recall@10')).toBe('SCORE, AGAIN: Found.\nGRADE: Kept.');
  expect(said('unheard')).toBeUndefined();
  expect(metricMeanings(registry, 'no-such-type')).toBe(metricMeanings(registry, 'gather'));
});
