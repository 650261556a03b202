import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { embed } from './node.ts';
import { run } from './run.ts';

const chunk = {
  ...{ id: 'c', text: 'The kiln.', headings: [], metadata: {} },
  source: {
    ...{ documentId: 'd', path: 'd', title: 'd', start: 0, end: 9 },
    ...{ firstLine: 1, lastLine: 1 },
  },
};
const base = { id: 'base', digest: 'a'.repeat(64) };

it('embeds passages, whatever it is given: an embedder that maps questions alone leaves them as they are', async () => {
  const asked: unknown[] = [];
  const ctx = testContext({
    backends: {
      ...testContext().backends,
      embedder(model) {
        asked.push(model);
        return Promise.resolve({
          ...{ model: 'm', dimension: 1, device: 'cpu', countTokens: () => 1 },
          embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(1))),
          embedTokens: () => expect.fail('not asked for'),
        });
      },
    },
  });
  const trained = treeInput({
    ...{ id: 'mapped', digest: 'c', weights: 'w', architecture: 'bert', dimension: 1 },
    ...{ contextLength: 512, base, method: 'query-adapter' as const },
  });
  const chunks = rowsInput([chunk]);
  const params = embed.params.parse({ model: 'base' });
  const embedAll = (given: typeof trained | undefined) =>
    runAll(run, [chunk], { ctx, inputs: { chunks, trained: given }, params });
  await embedAll(trained);
  await embedAll(undefined);
  expect(asked).toEqual([{ trained, texts: 'passages' }, 'base']);
});

it('its vectors are those of the base where a query adapter comes in', () => {
  const made = { node: 'train', port: 'embedder' };
  const tuned = { model: 'tuned', dimension: 3, madeBy: made };
  const params = embed.params.parse({});
  const facetsOf = (embedder: object): unknown =>
    embed.facets?.(params, { trained: { embedder: { ...tuned, ...embedder } } }, () => undefined);
  expect(facetsOf({})).toEqual({ embeddings: { embedder: tuned } });
  expect(facetsOf({ passages: { model: base.id, digest: base.digest } })).toEqual({
    embeddings: { embedder: { model: base.id, digest: base.digest, dimension: 3 } },
  });
});
