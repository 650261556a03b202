import { RemoteAccess } from '@graft/backends/access';
import { parseGraph, planGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { describe, expect, it } from 'vitest';
import { remoteProblems } from './remote-problems.ts';

const file = 'remote.graft.json';
const url = 'https://models.example/v1';
const write = (nodes: Readonly<Record<string, readonly [string, object?]>>): object =>
  Object.fromEntries(
    Object.entries(nodes).map(([id, [type, params = {}]]) => [
      id,
      { type, version: registry.get(type)?.version ?? 1, params },
    ]),
  );

/** The problems of a graph with two remote models, of which one is asked; `reused`: whose answers are kept. */
async function problems(
  settings: Readonly<Record<string, string>>,
  reused: readonly string[] = [],
  key: object | null = null,
) {
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: write({
        ask: ['questions', { questions: 'When is the kiln lit?' }],
        idle: ['remote-model', { url: 'https://other.example/v1', model: 'm' }],
        prompt: ['prompt'],
        remote: ['remote-model', { url, model: 'm', key }],
        write: ['generate'],
        again: ['generate', { seed: 2 }],
        score: ['evaluate'],
      }),
      edges: [
        ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
        ...['prompt.prompts -> again.prompts', 'remote.model -> write.model'],
        ...['remote.model -> again.model', 'write.answers -> score.answers'],
      ],
    }),
    file,
  );
  const plan = planGraph(graph, registry, { models: () => undefined, file });
  return remoteProblems(plan, {
    steps: plan.nodes.map(({ id: node }) => ({
      ...{ node, verdict: reused.includes(node) ? 'hit' : 'miss' },
    })),
    ...{ file, access: () => Promise.resolve(new RemoteAccess(settings)) },
  });
}

it('says once that an address may not be asked, at the node that names it', async () => {
  expect(await problems({})).toEqual([
    expect.objectContaining({
      ...{ code: 'unavailable', audience: 'operator', location: { file, node: 'remote' } },
      message: expect.stringContaining('add https://models.example to GRAFT_ENDPOINTS'),
    }),
  ]);
  expect(await problems({ GRAFT_ENDPOINTS: 'https://models.example' })).toEqual([]);
});

it('says that a key may not be sent there, or is not set', async () => {
  const key = { $secret: 'HOSTED' };
  const messages = async (settings: Readonly<Record<string, string>>) =>
    (await problems(settings, [], key)).map(({ message }) => message);
  expect(await messages({ GRAFT_ENDPOINTS: 'https://models.example' })).toEqual([
    expect.stringContaining('do not bind it'),
  ]);
  const GRAFT_ENDPOINTS = 'HOSTED@https://models.example';
  expect(await messages({ GRAFT_ENDPOINTS })).toEqual([expect.stringContaining('is not set')]);
  expect(await messages({ GRAFT_ENDPOINTS, GRAFT_SECRET_HOSTED: 'sk-0123456789' })).toEqual([]);
});

it('says that a price cannot be read', async () => {
  const GRAFT_PRICES = 'm=1/2';
  const found = await problems({ GRAFT_ENDPOINTS: 'https://models.example', GRAFT_PRICES });
  expect(found).toEqual([
    expect.objectContaining({
      location: { file, node: 'remote' },
      message: expect.stringContaining('has the entry m=1/2, which is not a price'),
    }),
  ]);
});

it('says nothing where all answers are kept', async () => {
  expect(await problems({}, ['write'])).toHaveLength(1);
  expect(await problems({}, ['write', 'again'])).toEqual([]);
});

it('says so of embedders and rerankers, where their vectors or scores are not kept', async () => {
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: write({
        texts: ['load-files', { paths: ['*.md'] }],
        chunk: ['chunk'],
        embedder: ['remote-embedder', { url, model: 'm' }],
        embed: ['embed'],
        index: ['index'],
        ask: ['questions', { questions: 'When is the kiln lit?' }],
        find: ['retrieve'],
        reranker: ['remote-reranker', { url: 'https://scores.example' }],
        rerank: ['rerank', { method: 'trained' }],
      }),
      edges: [
        ...['texts.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
        ...['embedder.embedder -> embed.trained', 'embedder.embedder -> find.trained'],
        ...['embed.embeddings -> index.embeddings', 'index.index -> find.index'],
        ...['ask.questions -> find.questions', 'find.hits -> rerank.hits'],
        'reranker.reranker -> rerank.trained',
      ],
    }),
    file,
  );
  const facts = {
    kind: 'embedder',
    dimension: 384,
    digest: 'a'.repeat(64),
    format: 'onnx',
  } as const;
  const known = { id: 'm', title: 'm', architecture: 'bert', contextLength: 256, size: 1 };
  const plan = planGraph(graph, registry, { models: () => ({ ...facts, ...known }), file });
  const refusedNodes = async (missing: readonly string[]) => {
    const steps = plan.nodes.map(({ id: node }) => ({
      ...{ node, verdict: missing.includes(node) ? ('miss' as const) : ('hit' as const) },
    }));
    const access = () => Promise.resolve(new RemoteAccess({}));
    const found = await remoteProblems(plan, { steps, file, access });
    return found.map(({ location: { node } }) => node);
  };
  expect(await refusedNodes(['find', 'rerank'])).toEqual(['embedder', 'reranker']);
  expect(await refusedNodes(['embed'])).toEqual(['embedder']);
  expect(await refusedNodes(['chunk'])).toEqual([]);
});

it('sees into loops', async () => {
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: write({
        ask: ['questions', { questions: 'When is the kiln lit?' }],
        loop: ['repeat', { use: '#body', limit: 2 }],
      }),
      edges: ['ask.questions -> loop.open'],
      graphs: {
        body: {
          nodes: write({
            in: ['input', { name: 'open', type: 'questions' }],
            next: ['output', { name: 'open' }],
            out: ['output', { name: 'answers' }],
            prompt: ['prompt'],
            remote: ['remote-model', { url, model: 'm' }],
            write: ['generate'],
          }),
          edges: [
            ...['in.value -> prompt.questions', 'prompt.prompts -> write.prompts'],
            ...['remote.model -> write.model', 'write.answers -> out.value'],
            'in.value -> next.value',
          ],
        },
      },
    }),
    file,
  );
  const plan = planGraph(graph, registry, { models: () => undefined, file });
  const access = () => Promise.resolve(new RemoteAccess({}));
  const of = (verdict: 'hit' | 'miss') =>
    remoteProblems(plan, { steps: [{ node: 'loop#1/write', verdict }], file, access });
  expect(await of('miss')).toMatchObject([{ location: { node: 'remote', path: 'loop/remote' } }]);
  expect(await of('hit')).toEqual([]);
});

describe('addresses of the web', () => {
  const pages = (verdict: 'hit' | 'miss', settings: Readonly<Record<string, string>>) => {
    const graph = parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: write({
          ask: ['questions', { questions: 'When is the kiln lit?' }],
          find: ['search-web', { url: 'https://searx.example/' }],
          read: [
            'load-web',
            {
              pages: ['http://10.0.0.5/a', 'http://10.0.0.5/b', 'https://pottery.example/'],
              sitemaps: ['http://localhost:8000/map.xml'],
            },
          ],
        }),
        edges: ['ask.questions -> find.questions'],
      }),
      file,
    );
    const plan = planGraph(graph, registry, { models: () => undefined, file });
    return remoteProblems(plan, {
      steps: plan.nodes.map(({ id: node }) => ({ node, verdict })),
      ...{ file, access: () => Promise.resolve(new RemoteAccess(settings)) },
    });
  };

  it('that may not be reached are said, each site once, as far as a plan can tell', async () => {
    expect(await pages('miss', {})).toEqual([
      expect.objectContaining({
        location: { file, node: 'read', param: 'pages' },
        message: expect.stringContaining('add http://10.0.0.5 to GRAFT_PRIVATE_SITES'),
      }),
      expect.objectContaining({
        location: { file, node: 'read', param: 'sitemaps' },
        message: expect.stringContaining('add http://localhost:8000 to GRAFT_PRIVATE_SITES'),
      }),
      expect.objectContaining({
        location: { file, node: 'find', param: 'url' },
        message: expect.stringContaining('add https://searx.example to GRAFT_ENDPOINTS'),
      }),
    ]);
  });

  it('are no problem where they are allowed, or nobody is asked', async () => {
    const allowed = {
      GRAFT_ENDPOINTS: 'https://searx.example',
      GRAFT_PRIVATE_SITES: 'http://10.0.0.5 http://localhost:8000',
    };
    expect(await pages('miss', allowed)).toEqual([]);
    expect(await pages('hit', {})).toEqual([]);
  });
});
