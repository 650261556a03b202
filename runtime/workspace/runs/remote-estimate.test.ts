import { RemoteAccess } from '@graft/backends/access';
import { parseGraph, planGraph, Prompts, upperCostText } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { remoteEstimate } from './remote-estimate.ts';

const url = 'https://models.example/v1';
const node = (type: string, params: object = {}) => ({
  ...{ type, version: registry.get(type)?.version ?? 1, params },
});
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      ask: node('questions', { questions: 'When is the kiln lit?' }),
      prompt: node('prompt'),
      remote: node('remote-model', { url, model: 'kiln-1' }),
      write: node('generate', { system: 'x'.repeat(30), maxTokens: 100 }),
      judge: node('judge', { metrics: ['judgedAccuracy'] }),
    },
    edges: [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
      ...['remote.model -> write.model', 'remote.model -> judge.model'],
      'write.answers -> judge.answers',
    ],
  }),
  'cost.graft.json',
);
const facts = { kind: 'embedder', dimension: 384, digest: 'a'.repeat(64), format: 'onnx' } as const;
const known = { id: 'm', title: 'm', architecture: 'bert', contextLength: 256, size: 1 };
const plan = planGraph(graph, registry, { models: () => ({ ...facts, ...known }) });

async function estimated(prices: string, isKnown: boolean) {
  const { mediaType } = Prompts;
  const prompts = { digest: 'a'.repeat(64), mediaType, size: 3_000, count: 10 };
  const steps = plan.nodes.map(({ id, definition: { type } }) =>
    id === 'prompt' && isKnown
      ? { node: id, type, verdict: 'hit' as const, outputs: { prompts } }
      : { node: id, type, verdict: 'miss' as const },
  );
  const access = new RemoteAccess({ GRAFT_PRICES: prices });
  return remoteEstimate(plan, { steps, access: () => Promise.resolve(access) });
}

it('is the cost of all known rows with the longest answers, and says of which steps it is unknown', async () => {
  const { dollars, unknown } = await estimated('kiln-1@https://models.example=1/10', true);
  // 1,000 tokens of rows, ten times about 10 of the parameters and 32 of a template; ten answers of 100.
  expect([...dollars.keys()]).toEqual(['write']);
  expect(dollars.get('write')).toBeCloseTo((1_420 * 1 + 1_000 * 10) / 1e6, 4);
  expect(unknown).toEqual(['judge']);
});

it('is unknown before the rows are known, and nothing without a price', async () => {
  expect(await estimated('kiln-1@https://models.example=1/10', false)).toEqual({
    ...{ dollars: new Map(), unknown: ['write', 'judge'] },
  });
  for (const prices of ['', 'kiln-2@https://models.example=1', 'kiln-1@https://other.example=1']) {
    expect(await estimated(prices, true)).toEqual({ dollars: new Map(), unknown: [] });
  }
});

it('is nothing where the prices cannot be read', async () => {
  expect(await estimated('kiln-1=1', true)).toEqual({ dollars: new Map(), unknown: [] });
});

it('is an upper bound', () => {
  expect(upperCostText({})).toBe('');
  expect(upperCostText({ estimatedDollars: 0.0042 })).toBe(
    'at most $0.0042 for servers (estimate)',
  );
  expect(upperCostText({ estimatedDollars: 3, unknownCost: ['judge'] })).toBe(
    'at most $3.00 for servers (estimate), unknown for judge',
  );
  expect(upperCostText({ unknownCost: ['judge'] })).toBe('cost of servers unknown for judge');
});
