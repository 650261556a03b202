import { expect, it } from 'vitest';
import { z } from 'zod';
import { evidenceTable } from '../evidence/make-table.ts';
import type { Experiment } from '../format/experiment.ts';
import { emptyGraph } from '../compose/graph-edit.ts';
import type { Graph } from '../format/graph.ts';
import { defineNode, type NodeType } from '../types/node-type.ts';
import { experimentWords, inVariantNames, type ExperimentWords } from './experiment-words.ts';

const base = {
  version: 1,
  implementation: 1,
  group: 'retrieval',
  doc: 'For tests.',
  inputs: {},
  outputs: {},
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  lane: 'light',
  migrations: [],
} as const;
const meta = (title: string, unit?: string) => ({
  title,
  ...(unit === undefined ? {} : { unit }),
});
const types: readonly NodeType[] = [
  // The unit of its size is another parameter, and its card says it.
  defineNode({
    ...{ ...base, type: 'cut', title: 'Cut' },
    params: z.strictObject({
      size: z.int().default(256).meta(meta('Size')),
      unit: z.enum(['tokens', 'characters']).default('tokens').meta(meta('Unit')),
    }),
    summary: ({ size, unit }) => [['size', `${size} ${unit}`]],
  }),
  defineNode({
    ...{ ...base, type: 'search', title: 'Search' },
    params: z.strictObject({
      mode: z.enum(['dense', 'bm25', 'hybrid']).default('hybrid').meta(meta('Mode')),
      k: z.int().default(20).meta(meta('Top k', 'chunks')),
      rerank: z.boolean().default(false).meta(meta('Rerank')),
    }),
    summary: () => [],
  }),
  defineNode({
    ...{ ...base, type: 'write', title: 'Write' },
    params: z.strictObject({
      system: z.string().default('').meta(meta('System prompt')),
      maxTokens: z.int().default(64).meta(meta('Longest', 'tokens')),
    }),
    summary: () => [],
  }),
];

const node = (type: string, params = {}) => ({ type, version: 1, params });
const wordsOf = (experiment: Experiment): ExperimentWords => {
  const graph: Graph = {
    ...emptyGraph,
    nodes: {
      cut: node('cut', { unit: 'characters' }),
      search: node('search'),
      draft: { ...node('write'), title: 'Draft' },
      write: node('write'),
    },
    experiments: { tried: experiment },
  };
  return experimentWords(graph, 'tried', ({ type }) => types.find((known) => known.type === type));
};

it('calls settings by the titles and units of their parameters', () => {
  const sizes = wordsOf({ vary: { 'cut.size': [64, 256], 'search.mode': ['bm25', 'hybrid'] } });
  expect(sizes.variant('size=256, mode=bm25')).toBe('size 256 characters, mode bm25');
  expect(wordsOf({ vary: { 'search.k': [3, 5] } }).variant('k=5')).toBe('top k 5 chunks');
});

it('names the node where two have a parameter of that title', () => {
  const both = wordsOf({ vary: { 'draft.maxTokens': [8, 9], 'write.maxTokens': [8, 9] } });
  expect(both.variant('draft.maxTokens=8, write.maxTokens=9')).toBe(
    'Draft · longest 8 tokens, Write · longest 9 tokens',
  );
});

it('says texts and switches as people do, and leaves names that a person gave', () => {
  const texts = wordsOf({
    vary: { 'write.system': ['', 'Answer briefly.'] },
    arms: { 'no size=': { bypass: ['search'] } },
  });
  expect(texts.variant('system=""')).toBe('system prompt “”');
  expect(texts.variant('system="Answer briefly."')).toBe('system prompt “Answer briefly.”');
  const switched = wordsOf({ vary: { 'search.rerank': [true, false] } });
  expect(switched.variant('rerank=true')).toBe('rerank on');
  expect(texts.variant('no size=')).toBe('no size=');
  expect(texts.settings('no size=')).toBeUndefined();
  expect(texts.variant('as saved')).toBe('as saved');
  expect(wordsOf({ vary: { 'gone.size': [1, 2] } }).variant('size=1')).toBe('size 1');
});

it('gives the titles to a table, and knows which variant is meant', () => {
  const table = evidenceTable(
    ['size=1', 'size=2'].map((name) => ({ name, settings: {}, repeats: [] })),
    { baseline: 'size=2', metrics: [] },
  );
  const titled = inVariantNames(table, (name) => name.replace('size=', 'size '));
  expect(titled.table.baseline).toBe('size 2');
  expect(titled.table.rows.map(({ variant }) => variant)).toEqual(['size 1', 'size 2']);
  expect(titled.variantOf('size 1')).toBe('size=1');
  expect(inVariantNames(table, () => 'same').table).toBe(table);
});
