import {
  type CrossEncoderInfo,
  type Embedder,
  type Hit,
  paramCounts,
  type ParamsOf,
  type QuestionHits,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { leaningContext, modelInput } from '../kit/testing/leaning-model.ts';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { rerank } from './node.ts';
import { run } from './run.ts';

type Params = ParamsOf<typeof rerank>;

function hit(rank: number, text: string, date: string): Hit {
  const place = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: text, path: `${text.slice(0, 3)}.md`, title: text, ...place };
  const chunk = { id: text, text, headings: [], source, metadata: { date } };
  return { rank, score: 1 / rank, scores: { dense: 1 / rank }, chunk };
}
const row: QuestionHits = {
  id: 'q',
  question: { id: 'q', question: 'when is the kiln lit' },
  hits: [
    hit(1, 'The kiln is lit at six.\nHome › Kilns › Prices › Contact', '2020-03-01'),
    hit(2, 'A kiln.', '2026-01-01'),
    hit(3, 'Old pages of the yard, of which nobody knows who wrote them down.', '2024-06-01'),
  ],
};
/** Of a text, one by one model and another by another. */
const numberOf = (model: string, text: string): number =>
  [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), model.length) % 7;

const embedder = (model: string): Embedder => ({
  ...{ model, dimension: 2, device: 'cpu' },
  embed: () => Promise.reject(new Error('not asked for')),
  embedTokens: (texts) =>
    Promise.resolve(
      texts.map((text) => {
        const angle = numberOf(model, text);
        return { tokens: 1, vectors: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
      }),
    ),
});
const own: CrossEncoderInfo = {
  ...{ id: 'own', digest: 'd', weights: 'model.onnx', architecture: 'bert', contextLength: 64 },
  ...{ method: 'full', base: { id: 'letters', digest: 'l' } },
};

async function result(params: Partial<Params>): Promise<string> {
  const { ctx } = leaningContext((prompt) => numberOf('', prompt) / 10 + 0.1);
  const asked = testContext({
    log: () => undefined,
    models: { facts: () => ({}) as never, files: ctx.models.files },
    backends: {
      ...ctx.backends,
      embedder: (name) => Promise.resolve(embedder(String(name))),
      crossEncoder: (name) => {
        const model = typeof name === 'string' ? name : name.info.id;
        const score = (_query: string, passages: readonly string[]): Promise<number[]> =>
          Promise.resolve(passages.map((passage) => numberOf(model, passage)));
        return Promise.resolve({ model, device: 'cpu', score });
      },
    },
  });
  const rows = await runAll(run, [row], {
    ctx: asked,
    inputs: { hits: rowsInput([row]), model: modelInput, trained: treeInput(own) },
    params: rerank.params.parse(params),
  });
  return JSON.stringify(rows);
}

const methods = ['late-interaction', 'cross-encoder', 'trained', 'language-model', 'none'] as const;
const standard: Partial<Params> = { today: '2026-11-01', trust: { 'A*': 0.3 } };
const others: Partial<Params> = {
  ...{ model: 'another-one', embedder: 'another', weight: 7, rrf: 2 },
  ...{ prompt: '{question}? {passage}', context: 512, parallel: 2, words: 3, halfLife: 20 },
  ...{ lengthWeight: 0.5, contentWeight: 0.5, trustWeight: 0.5, freshnessWeight: 0.5 },
  ...{ trust: { 'T*': 0.1 }, dates: ['none'], today: '2027-11-01' },
};
/** Room and speed: the result is the same. */
const silent = ['context', 'parallel'];

it('says of each parameter exactly where it counts', async () => {
  const settings = methods.flatMap((method) =>
    [
      {},
      { quality: 0.5 },
      { quality: 0.5, lengthWeight: 0, trustWeight: 0, freshnessWeight: 0 },
    ].map((rest) => ({ ...standard, method, ...rest })),
  );
  const told = new Set<string>();
  for (const setting of settings) {
    const values: Readonly<Record<string, unknown>> = rerank.params.parse(setting);
    const before = await result(setting);
    for (const [name, value] of Object.entries(others)) {
      const changes = (await result({ ...setting, [name]: value })) !== before;
      const counts = paramCounts(rerank, name, (other) => [values[other]]);
      if (changes) told.add(name);
      if (changes && !counts) expect.fail(`${name} counts with ${JSON.stringify(setting)}`);
    }
  }
  const governed = Object.keys(rerank.when ?? {});
  expect(governed.filter((name) => !told.has(name))).toEqual(silent);
  expect(Object.keys(others).sort()).toEqual(governed.sort());
});
