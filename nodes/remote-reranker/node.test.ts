import { cacheKey, CrossEncoderModel, parseGraph, planGraph, type RemoteUse } from '@graft/graph';
import { testEngines } from '@graft/graph/testing';
import { expect, it } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { chunkOf, hitOf } from '../kit/testing/question-rows.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { rerank } from '../rerank/node.ts';
import { run as rerankRun } from '../rerank/run.ts';
import { remoteReranker } from './node.ts';
import { run } from './run.ts';

const url = 'http://127.0.0.1:8080';
const given = { url, key: { $secret: 'LOCAL' } };
const options = { models: () => undefined };

it('gives the reranker by address and name, and not by how it is asked', async () => {
  const infoOf = async (params: object) =>
    (await run.run(testContext(), {}, remoteReranker.params.parse({ ...given, ...params })))
      .reranker.info;
  const info = await infoOf({});
  expect(CrossEncoderModel.schema.parse(info)).toEqual(info);
  expect(info).toMatchObject({ id: '127.0.0.1:8080', remote: { url, model: '' } });
  expect(JSON.stringify(info)).not.toContain('LOCAL');
  expect(await infoOf({ key: null, batch: 9, timeout: 3, url: `${url}/rerank` })).toEqual(info);
  for (const other of [{ revision: 'May' }, { fields: { truncate: true } }, { model: 'bge' }]) {
    expect((await infoOf(other)).digest).not.toBe(info.digest);
  }
});

it('is asked by Rerank as its node says', async () => {
  const params = remoteReranker.params.parse(given);
  const { info } = (await run.run(testContext(), {}, params)).reranker;
  const uses: (RemoteUse | undefined)[] = [];
  const crossEncoder = remoteReranker.facets?.(params, {}, options.models)['reranker']
    ?.crossEncoder;
  const ctx = testContext({
    inputFacets: { trained: crossEncoder === undefined ? {} : { crossEncoder } },
    backends: {
      ...testContext().backends,
      crossEncoder(_model, use) {
        uses.push(use);
        return Promise.resolve({
          ...{ model: 'bge', device: 'remote' },
          score: (_query, passages) => Promise.resolve(passages.map(({ length }) => length)),
        });
      },
    },
  });
  const hits = ['short', 'the longest of them'].map((text, at) =>
    hitOf(chunkOf('a.md', text), at + 1),
  );
  const row = { id: 'q', question: { id: 'q', question: 'When?' }, hits };
  const inputs = { hits: rowsInput([row]), model: undefined, trained: treeInput(info) };
  const [placed] = await rerankRun.runItems(
    ...[ctx, [row], inputs, rerank.params.parse({ method: 'trained', rrf: 1, weight: 9 })],
  );
  expect(placed).toMatchObject([{ from: 1 }, { from: 0 }]);
  expect(uses[0]?.asking).toMatchObject({ url, secret: 'LOCAL', batch: 32 });
});

it('connects to Rerank, keyed by how Graft asks it', () => {
  const nodes = {
    hits: {
      ...{ type: 'load-rows', version: registry.get('load-rows')?.version },
      params: { file: 'hits.jsonl', type: 'hits' },
    },
    remote: { type: 'remote-reranker', version: 1, params: given },
    rerank: {
      ...{ type: 'rerank', version: registry.get('rerank')?.version },
      params: { method: 'trained' },
    },
  };
  const edges = ['hits.rows -> rerank.hits', 'remote.reranker -> rerank.trained'];
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges }), 'remote.graft.json');
  const node = planGraph(graph, registry, options).nodes.find(({ id }) => id === 'rerank');
  if (node === undefined) throw new Error('no step');
  const about = { sources: [], deviceClass: 'cpu', engines: testEngines };
  const names = cacheKey({ node, inputs: {}, ...about }).parts.map(({ name }) => name);
  expect(names).toContain('engine.remote');
});
