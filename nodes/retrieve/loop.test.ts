import { GraphError, parseGraph, planGraph } from '@graft/graph';
import { testModels } from '@graft/graph/testing';
import { describe, expect, it } from 'vitest';
import { registry } from '../definitions.gen.ts';

const node = (type: string, params: object = {}): object => ({
  ...{ type, params },
  version: registry.get(type)?.version ?? 1,
});
const model = 'tiny-embedder';
const trainer = {
  train: node('train-embedder', { model }),
  embed: node('embed', { model }),
  build: node('index'),
};

/** A graph that trains an embedder in each round; `drawn` says which round goes on with what. */
function body(drawn: readonly string[]): object {
  const input = (name: string, type: string): object => node('input', { name, type });
  return {
    nodes: {
      ...trainer,
      ...{ chunks: input('chunks', 'chunks'), questions: input('questions', 'questions') },
      ...{ index: input('index', 'index'), trained: input('trained', 'embedder') },
      ...{ find: node('retrieve'), hits: node('output', { name: 'hits' }) },
      nextIndex: node('output', { name: 'index' }),
      nextTrained: node('output', { name: 'trained' }),
    },
    edges: [
      ...['chunks.value -> train.chunks', 'questions.value -> train.questions'],
      ...['chunks.value -> embed.chunks', 'embed.embeddings -> build.embeddings'],
      ...['questions.value -> find.questions', 'find.hits -> hits.value'],
      ...['train.embedder -> nextTrained.value', 'build.index -> nextIndex.value', ...drawn],
    ],
  };
}

/** Where a Retrieve is refused, with a loop of up to four rounds that is given what an earlier one, if any, gives. */
function refusals(drawn: readonly string[], earlier?: readonly string[]): readonly unknown[] {
  const loop = (use: string): object => node('repeat', { use, limit: 4 });
  const fed = (name: string, from: string, trained: string): string[] => [
    ...['chunk.chunks', 'questions.questions'].map(
      (one) => `${one} -> ${name}.${one.split('.')[1]}`,
    ),
    ...[`${from}.index -> ${name}.index`, `${trained} -> ${name}.trained`],
  ];
  const graph = {
    graft: 1,
    nodes: {
      ...trainer,
      ...{ files: node('load-files', { paths: ['*.md'] }), chunk: node('chunk') },
      questions: node('questions', { paths: ['questions.jsonl'] }),
      ...(earlier === undefined ? {} : { earlier: loop('#earlier') }),
      ...{ loop: loop('#body'), find: node('retrieve') },
    },
    edges: [
      ...['files.documents -> chunk.documents', 'chunk.chunks -> train.chunks'],
      ...['questions.questions -> train.questions', 'chunk.chunks -> embed.chunks'],
      ...['train.embedder -> embed.trained', 'embed.embeddings -> build.embeddings'],
      ...(earlier === undefined
        ? fed('loop', 'build', 'train.embedder')
        : [
            ...fed('earlier', 'build', 'train.embedder'),
            ...fed('loop', 'earlier', 'earlier.trained'),
          ]),
      ...['loop.index -> find.index', 'loop.trained -> find.trained'],
      'questions.questions -> find.questions',
    ],
    graphs: { body: body(drawn), ...(earlier === undefined ? {} : { earlier: body(earlier) }) },
  };
  try {
    planGraph(parseGraph(JSON.stringify(graph)), registry, { models: testModels });
    return [];
  } catch (error) {
    return GraphError.from(error).problems.map(
      ({ code, location: { path, node: id = '' } }) => `${path ?? id} ${code}`,
    );
  }
}

const fresh = 'train.embedder -> embed.trained';
const behind = 'trained.value -> embed.trained';
const ofThisRound = ['build.index -> find.index', 'train.embedder -> find.trained'];
const ofTheLast = ['index.value -> find.index', 'trained.value -> find.trained'];

describe('in a loop that trains an embedder anew in each round', () => {
  it('searches an index of this round, and one of the last with the embedder of the last', () => {
    expect(refusals([fresh, ...ofThisRound])).toEqual([]);
    expect(refusals([fresh, ...ofTheLast])).toEqual([]);
    expect(refusals([fresh, ...ofTheLast], [fresh, ...ofThisRound])).toEqual([]);
  });

  it('is refused an index of the last round with an embedder of this one', () => {
    const stale = ['index.value -> find.index', 'train.embedder -> find.trained'];
    expect(refusals([fresh, ...stale])).toEqual(['loop/find facet-mismatch']);
    expect(refusals([behind, ...ofThisRound])).toEqual(['loop/find facet-mismatch']);
    expect(refusals([behind, ...ofTheLast])).toContain('loop/find facet-mismatch');
  });

  it('is refused it too where nothing is known of what the first round is given', () => {
    const lagging = [behind, 'build.index -> find.index', 'trained.value -> find.trained'];
    const stale = ['index.value -> find.index', 'train.embedder -> find.trained'];
    expect(refusals([fresh, ...stale], lagging)).toEqual(['loop/find facet-mismatch']);
    expect(refusals([fresh, ...ofTheLast], lagging)).toEqual([]);
  });
});
