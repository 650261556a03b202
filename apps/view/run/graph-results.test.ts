import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, describe, expect, it } from 'vitest';
import { provideNodeTypes } from '../document/lookups.ts';
import { resultNodes } from './graph-results.ts';

beforeAll(() => {
  provideNodeTypes(registry);
});

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const results = (nodes: object, edges: readonly string[], headline?: string) =>
  resultNodes(parseGraph(JSON.stringify({ graft: 1, nodes, edges })), { headline });

const asking = {
  evaluate: node('evaluate'),
  ask: node('questions', { questions: 'When?' }),
  prompt: node('prompt'),
  model: node('base-model'),
  write: node('generate'),
};
const asked = [
  'ask.questions -> prompt.questions',
  'prompt.prompts -> write.prompts',
  'model.model -> write.model',
  'write.answers -> evaluate.answers',
];

describe('the results of a graph', () => {
  it('are its answers, and then what nothing uses', () => {
    expect(results(asking, asked)).toEqual(['write', 'evaluate']);
  });

  it('are what it gives as a function, in the place of its answers', () => {
    const nodes = { ...asking, given: node('output', { name: 'answers' }) };
    expect(results(nodes, [...asked, 'write.answers -> given.value'])).toEqual([
      'given',
      'evaluate',
    ]);
  });

  it('begin with the headline, if it is among them', () => {
    expect(results(asking, asked, 'evaluate')).toEqual(['evaluate', 'write']);
    expect(results(asking, asked, 'prompt')).toEqual(['write', 'evaluate']);
  });

  it('leave out nodes that stand alone, and those of unknown types', () => {
    const nodes = { ...asking, alone: node('chunk'), odd: node('no-such-type') };
    expect(results(nodes, [...asked, 'write.answers -> odd.in'])).toEqual(['write', 'evaluate']);
  });
});
