import { expect, it } from 'vitest';
import { testContext } from '../kit/testing/test-context.ts';
import { retrieve } from './node.ts';
import { run } from './run.ts';
import { rowsInput } from '../kit/testing/test-context.ts';

const made = { model: 'all-MiniLM-L6-v2', digest: 'a'.repeat(64), dimension: 384 };
const facts = (id: string) => ({
  id,
  title: id,
  kind: 'embedder' as const,
  digest: id === made.model ? made.digest : 'b'.repeat(64),
  architecture: 'bert',
  format: 'onnx' as const,
  dimension: id === made.model ? 384 : 768,
  contextLength: 512,
  size: 1,
});
const check = (params: object) =>
  retrieve.check?.(retrieve.params.parse(params), { index: { embedder: made } }, facts);

it('refuses a 384-wide index under another embedder, naming both', () => {
  expect(check({ embedder: 'wide-768' })).toEqual([
    {
      port: 'index',
      param: 'embedder',
      message: expect.stringMatching(/all-MiniLM-L6-v2 \(384 wide\).*wide-768 \(768 wide\)/),
    },
  ]);
});

it('takes the embedder that made the index, named or not, and any for words alone', () => {
  expect(check({})).toEqual([]);
  expect(check({ embedder: made.model })).toEqual([]);
  expect(check({ embedder: 'wide-768', mode: 'bm25' })).toEqual([]);
});

it('refuses other weights at run time too, where the plan did not know them', async () => {
  const base = testContext();
  const ctx = testContext({
    models: { ...base.models, facts },
    backends: {
      ...base.backends,
      openIndex: (_folder, info) =>
        Promise.resolve({
          info,
          search: () => Promise.reject(new Error('must not search')),
          [Symbol.dispose]: () => undefined,
        }),
    },
  });
  const question = { id: 'q', question: 'When?' };
  const info = { rows: 1, dimension: 384, embedder: made.model, embedderDigest: made.digest };
  const inputs = { questions: rowsInput([question]), index: { digest: '', path: '', info } };
  const params = retrieve.params.parse({ embedder: 'wide-768' });
  await expect(run.runItems(ctx, [question], inputs, params)).rejects.toMatchObject({
    code: 'facet-mismatch',
    location: { node: 'node-1', port: 'index', param: 'embedder' },
  });
});
