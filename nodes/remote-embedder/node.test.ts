import {
  cacheKey,
  type Embedder,
  type EmbedderUse,
  EmbedderModel,
  GraphError,
  ItemFailure,
  type ModelFacts,
  parseGraph,
  planGraph,
  validateGraph,
} from '@graft/graph';
import { testEngines } from '@graft/graph/testing';
import { describe, expect, it } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { run as embedRun } from '../embed/run.ts';
import { embed } from '../embed/node.ts';
import { chunkOf } from '../kit/testing/question-rows.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { remoteEmbedder } from './node.ts';
import { run } from './run.ts';

const url = 'http://127.0.0.1:11434/v1';
const given = { url, model: 'nomic-embed-text', dimension: 2, key: { $secret: 'LOCAL' } };
/** The embedder of the catalogue that a connected one takes the place of. */
const local: ModelFacts = {
  ...{ id: 'all-MiniLM-L6-v2', title: 'MiniLM', kind: 'embedder', digest: 'a'.repeat(64) },
  ...{ architecture: 'bert', format: 'onnx', dimension: 384, contextLength: 256, size: 1 },
};
const options = { models: () => local };
const facetOf = (params: object) =>
  remoteEmbedder.facets?.(remoteEmbedder.params.parse({ ...given, ...params }), {}, options.models)[
    'embedder'
  ]?.embedder;

it('gives the embedder by address, name, dimension and prompts, and not by how it is asked', async () => {
  const infoOf = async (params: object) =>
    (await run.run(testContext(), {}, remoteEmbedder.params.parse({ ...given, ...params })))
      .embedder.info;
  const info = await infoOf({});
  expect(EmbedderModel.schema.parse(info)).toEqual(info);
  expect(info).toMatchObject({ id: 'nomic-embed-text', dimension: 2, remote: { url } });
  expect(JSON.stringify(info)).not.toContain('LOCAL');
  expect(facetOf({})?.digest).toBe(info.digest);
  const address = `${url}/embeddings`;
  expect(await infoOf({ key: null, batch: 9, retries: 0, url: address })).toEqual(info);
  for (const other of [
    ...[{ revision: 'May' }, { fields: { dimensions: 2 } }, { model: 'bge-m3' }],
    ...[{ dimension: 3 }, { passagePrompt: 'passage: ' }, { questionPrompt: 'query: ' }],
  ]) {
    expect((await infoOf(other)).digest).not.toBe(info.digest);
    expect(facetOf(other)?.digest).not.toBe(info.digest);
  }
});

it('tells a step how to ask it, and its passages’ prompt and dimension', () => {
  expect(facetOf({ passagePrompt: 'passage: ', batch: 8, concurrency: 2 })).toMatchObject({
    ...{ model: 'nomic-embed-text', dimension: 2, prompt: 'passage: ', engine: 'remote' },
    remote: { url, secret: 'LOCAL', parallel: 2, batch: 8, timeout: 120, retries: 4 },
  });
});

it('is asked by Embed as its node says; a refused text fails alone', async () => {
  const { info } = (await run.run(testContext(), {}, remoteEmbedder.params.parse(given))).embedder;
  const asked: (EmbedderUse | undefined)[] = [];
  const embedder: Embedder = {
    ...{ model: 'nomic-embed-text', dimension: 2, device: 'remote' },
    embed: () => Promise.reject(new GraphError('bad-input', 'The server refuses the text.')),
    embedTokens: () => expect.fail('not asked for'),
  };
  const facet = facetOf({});
  const ctx = testContext({
    inputFacets: { trained: facet === undefined ? {} : { embedder: facet } },
    backends: {
      ...testContext().backends,
      embedder(_model, use) {
        asked.push(use);
        return Promise.resolve(embedder);
      },
    },
  });
  const rows = [chunkOf('a.md', 'short'), chunkOf('b.md', 'long')];
  const inputs = { chunks: rowsInput(rows), trained: treeInput(info) };
  const refused = new ItemFailure('The server refuses the text.');
  expect(await embedRun.runItems(ctx, rows, inputs, embed.params.parse({}))).toEqual([
    refused,
    refused,
  ]);
  expect(asked[0]).toMatchObject({ texts: 'passages', asking: { url, secret: 'LOCAL' } });
});

describe('in a graph', () => {
  /** Texts, embedded and indexed with one embedder and searched with another, or with none. */
  function graphOf(made: object, searched: object | undefined, retrieve: object = {}) {
    const nodes: Record<string, readonly [string, object?]> = {
      texts: ['load-files', { paths: ['*.md'] }],
      chunk: ['chunk'],
      first: ['remote-embedder', { ...given, ...made }],
      embed: ['embed'],
      index: ['index'],
      ask: ['questions', { questions: 'When is the kiln lit?' }],
      find: ['retrieve', retrieve],
      ...(searched === undefined ? {} : { second: ['remote-embedder', { ...given, ...searched }] }),
    };
    const written = Object.entries(nodes).map(([id, [type, params = {}]]) => [
      id,
      { type, version: registry.get(type)?.version ?? 1, params },
    ]);
    const edges = [
      ...['texts.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
      ...['first.embedder -> embed.trained', 'embed.embeddings -> index.embeddings'],
      ...['index.index -> find.index', 'ask.questions -> find.questions'],
      ...(searched === undefined ? [] : ['second.embedder -> find.trained']),
    ];
    return parseGraph(
      JSON.stringify({ graft: 1, nodes: Object.fromEntries(written), edges }),
      'remote.graft.json',
    );
  }
  const messagesOf = (graph: ReturnType<typeof graphOf>): string[] =>
    validateGraph(graph, registry, options)
      .filter(({ location: { node } }) => node === 'find')
      .map(({ message }) => message);

  it('searches an index that an equal embedder made, however it is asked', () => {
    expect(messagesOf(graphOf({}, { key: null, batch: 1 }))).toEqual([]);
  });

  it.each([
    ['model', { model: 'bge-m3' }, 'bge-m3'],
    ['dimension', { dimension: 3 }, '3 wide'],
    ['prompt', { passagePrompt: 'passage: ' }, 'prompt "passage: "'],
    ['revision', { revision: 'May' }, 'other settings of it'],
  ])('refuses an index of another %s', (_what, searched, named) => {
    expect(messagesOf(graphOf({}, searched))).toEqual([
      expect.stringMatching(/^The index was made with nomic-embed-text, but/),
    ]);
    expect(messagesOf(graphOf({}, searched))[0]).toContain(named);
  });

  it('asks for the embedder where none is connected, unless only words are searched', () => {
    for (const chosen of [{}, { embedder: 'all-MiniLM-L6-v2' }]) {
      expect(messagesOf(graphOf({}, undefined, chosen))).toEqual([
        'The index was made with nomic-embed-text, an embedder on a server. Connect that embedder here, too.',
      ]);
    }
    expect(messagesOf(graphOf({}, undefined, { mode: 'bm25' }))).toEqual([]);
  });

  it('is keyed by no engine or device of this machine', () => {
    const { nodes } = planGraph(graphOf({}, {}), registry, options);
    const parts = (id: string) => {
      const node = nodes.find((planned) => planned.id === id);
      if (node === undefined) throw new Error(`no ${id}`);
      const about = { sources: [], deviceClass: 'cuda', engines: testEngines };
      return cacheKey({ node, inputs: {}, ...about })
        .parts.map(({ name }) => name)
        .filter((name) => /^(engine|device)/.test(name));
    };
    expect(parts('embed')).toEqual(['engine.remote']);
    expect(parts('find')).toEqual(['device', 'engine.lance', 'engine.remote']);
  });
});
