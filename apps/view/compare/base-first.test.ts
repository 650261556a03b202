import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideNodeTypes } from '../document/lookups.ts';
import { baseFirst } from './base-first.ts';

const node = (type: string) => ({ type, version: 1, params: {} });
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      ...{ model: node('base-model'), train: node('train-lora'), prompt: node('prompt') },
      ...{ taught: node('generate'), bare: node('generate') },
      ...{ merged: node('generate'), chunk: node('chunk'), embed: node('embed') },
    },
    edges: [
      'model.model -> train.model',
      'model.model -> bare.model',
      'model.model -> taught.model',
      'train.adapter -> taught.adapter',
      'prompt.prompts -> taught.prompts',
      'prompt.prompts -> bare.prompts',
      'chunk.chunks -> embed.chunks',
    ],
  }),
);

beforeAll(() => {
  provideNodeTypes(registry);
});

it('puts the node without an adapter first', () => {
  expect(baseFirst(['taught', 'bare'], graph)).toEqual(['bare', 'taught']);
  expect(baseFirst(['bare', 'taught'], graph)).toEqual(['bare', 'taught']);
});

it('puts what comes before another in the graph first', () => {
  expect(baseFirst(['embed', 'chunk'], graph)).toEqual(['chunk', 'embed']);
});

it('keeps the order of choice where neither is the base', () => {
  expect(baseFirst(['merged', 'bare'], graph)).toEqual(['merged', 'bare']);
});
