import { cacheKey, createRegistry, explainMiss, parseGraph, planGraph } from '@graft/graph';
import { randomNode, testEngines } from '@graft/graph/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { resolveSources } from './resolve-sources.ts';

afterEach(() => {
  vi.useRealTimers();
});

const looking = {
  ...{ ...randomNode, type: 'looking', caching: 'pure' as const },
  sources: () => [{ kind: 'clock' as const, hours: 24, param: 'refresh' }],
};
const { nodes, ...plan } = planGraph(
  parseGraph('{ "graft": 1, "nodes": { "look": { "type": "looking", "version": 1 } } }'),
  createRegistry([looking]),
  { models: () => undefined },
);

it('keys what asks a database by that to which its secret leads', async () => {
  const asking = {
    ...{ ...randomNode, type: 'asking', caching: 'pure' as const },
    sources: () => [{ kind: 'database' as const, secret: 'SHOP', param: 'database' }],
  };
  const { nodes, ...plan } = planGraph(
    parseGraph('{ "graft": 1, "nodes": { "ask": { "type": "asking", "version": 1 } } }'),
    createRegistry([asking]),
    { models: () => undefined },
  );
  const resolvers = { models: () => undefined, file: 'a.graft.json' };
  const none = (): Promise<never> => Promise.reject(new Error('no files'));
  const keyTo = async (identity: string) => {
    const files = { files: none, database: (secret: string) => Promise.resolve(secret + identity) };
    const { sources } = await resolveSources({ ...plan, nodes }, { ...resolvers, files });
    const [node] = nodes;
    if (node === undefined) throw new Error('not planned');
    const about = { inputs: {}, deviceClass: 'cpu', engines: testEngines };
    return cacheKey({ node, sources: sources.get('ask') ?? [], ...about });
  };
  const before = await keyTo(' here');
  const after = await keyTo(' there');
  expect(explainMiss(before.parts, after.parts)).toEqual({
    kind: 'changed',
    parts: [{ name: 'database.database', before: 'SHOP here', after: 'SHOP there' }],
  });
  const { problems } = await resolveSources(
    { ...plan, nodes },
    { ...resolvers, files: { files: none } },
  );
  expect(problems).toMatchObject([
    { code: 'unavailable', location: { node: 'ask', param: 'database' } },
  ]);
});

async function keyAt(time: string) {
  vi.useFakeTimers({ now: new Date(time), toFake: ['Date'] });
  const resolvers = { models: () => undefined, file: 'a.graft.json' };
  const files = { files: () => Promise.reject(new Error('no files')) };
  const { sources, problems } = await resolveSources({ ...plan, nodes }, { ...resolvers, files });
  expect(problems).toEqual([]);
  const [node] = nodes;
  if (node === undefined) throw new Error('not planned');
  const about = { inputs: {}, deviceClass: 'cpu', engines: testEngines };
  return cacheKey({ node, sources: sources.get('look') ?? [], ...about });
}

it('keys what looks outside by the period, and says so where that has passed', async () => {
  const morning = await keyAt('2026-11-26T00:00:00.000Z');
  expect(await keyAt('2026-11-26T23:59:59.999Z')).toEqual(morning);
  const next = await keyAt('2026-11-27T00:00:00.000Z');
  expect(explainMiss(morning.parts, next.parts)).toEqual({
    kind: 'changed',
    parts: [
      {
        name: 'param.refresh.since',
        before: '2026-11-26T00:00:00.000Z',
        after: '2026-11-27T00:00:00.000Z',
      },
    ],
  });
});
