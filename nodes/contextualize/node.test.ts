import {
  type Chunk,
  type Document,
  type LanguageModel,
  modelSchema,
  type RowsInput,
  type RunContext,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { heldBytes, longText } from '../kit/testing/heap.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { contextualize } from './node.ts';
import { run } from './run.ts';

const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 512 },
  }),
);
const text = '# Kilns\n\nThere are two.\n\n## Eastern\n\nIt is lit early.';
const document: Document = {
  ...{ id: 'kilns.md', path: 'kilns.md', title: 'Kilns', mediaType: 'text/markdown', text },
  ...{ offset: 0, line: 1, metadata: {} },
};

function chunk(id: string, own: string, headings: string[]): Chunk {
  const lines = { start: 0, end: own.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: 'kilns.md', path: 'kilns.md', title: 'Kilns', ...lines };
  return { id, text: own, headings, source, metadata: {} };
}
const early = chunk('a', 'It is lit early.', ['Kilns', 'Eastern']);
const begin = chunk('b', '# Kilns\n\nThere are two.', ['Kilns']);

const prompts: string[] = [];
async function contexts(
  chunks: readonly Chunk[],
  params: object,
  {
    reply = () => '',
    ctx = testContext(),
    documents = [document],
  }: {
    reply?: (prompt: string) => string;
    ctx?: RunContext;
    documents?: readonly Document[] | RowsInput<Document>;
  } = {},
): Promise<{ rows: Chunk[]; log: string[] }> {
  prompts.length = 0;
  const log: string[] = [];
  const loaded: Pick<LanguageModel, 'model' | 'parallel' | 'countTokens' | 'generate'> = {
    ...{ model: 'small', parallel: 2, countTokens: (one) => Math.ceil(one.length / 4) },
    generate({ prompt }) {
      prompts.push(prompt);
      const counts = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
      return Promise.resolve({ text: reply(prompt), ...counts, finishReason: 'stop' });
    },
  };
  const languageModel = () => Promise.resolve(loaded as LanguageModel);
  const { chunks: given } = await run.run(
    testContext({
      ...{ ...ctx, log: (_level: string, message: string) => log.push(message) },
      backends: { ...ctx.backends, languageModel },
    }),
    {
      chunks: rowsInput(chunks),
      documents: 'rows' in documents ? documents : rowsInput(documents),
      model,
    },
    contextualize.params.parse(params),
  );
  const rows: Chunk[] = [];
  for await (const row of given) rows.push(row);
  return { rows, log };
}

it('puts title and headings before a text, but what it begins with, and nothing twice', async () => {
  const works = chunk('c', 'Three.', ['Works', 'works', ' ']);
  const other = { ...works, source: { ...works.source, title: 'Handbook' } };
  const { rows } = await contexts([early, begin, other], {});
  expect(rows).toEqual([
    { ...early, context: 'Kilns › Eastern' },
    begin,
    { ...other, context: 'Handbook › Works' },
  ]);
  expect(prompts).toEqual([]);
});

it('has a model say what a chunk is about, once for each prompt', async () => {
  const ctx = testContext();
  const params = { method: 'language-model', characters: 100 };
  const reply = (prompt: string) =>
    prompt.includes('lit early.\n\nSay')
      ? '"Of the eastern\nkiln."'
      : '<think>?</think> All kilns.';
  const { rows, log } = await contexts([early, begin], params, { reply, ctx });
  expect(rows.map(({ context }) => context)).toEqual([
    'Kilns › Eastern\nOf the eastern kiln.',
    'All kilns.',
  ]);
  expect(rows.map((row) => row.text)).toEqual([early.text, begin.text]);
  expect(prompts).toHaveLength(2);
  expect(prompts[0]).toContain(`Document:\n${text}\n\nA part of it:\n`);
  expect(log).toEqual([]);
  const again = await contexts([early, { ...begin, text: 'New.' }], params, { reply, ctx });
  expect(prompts).toHaveLength(1);
  expect(again.rows[0]).toEqual(rows[0]);
});

it('goes on with the headings where nothing is written, or nothing fits, and says so', async () => {
  const params = { method: 'language-model', context: 128, maxTokens: 16 };
  const long = { ...begin, id: 'c', text: 'It cools. '.repeat(60) };
  const { rows, log } = await contexts([early, long], params);
  expect(rows.map(({ context }) => context)).toEqual(['Kilns › Eastern', 'Kilns']);
  expect(log).toEqual([expect.stringMatching(/^2 of 2 chunks have no sentence/)]);
});

it('reads no more of a document than it may, and the chunk where the document is missing', async () => {
  const params = { method: 'language-model', characters: 100 };
  const documents = [{ ...document, text: 'x'.repeat(200) }];
  await contexts([early], params, { documents });
  expect(prompts[0]).toContain(`Document:\n${'x'.repeat(100)}\n\n`);
  const { log } = await contexts([early], params, { documents: [], reply: () => 'Kilns.' });
  expect(log).toEqual([
    expect.stringMatching(/^1 of 1 chunks come from documents that are not connected/),
  ]);
  expect(prompts[0]).toContain(`Document:\n${early.text}\n\n`);
});

it('asks once what is the same of several chunks', async () => {
  const { rows } = await contexts(
    [early, { ...early, id: 'c' }],
    { method: 'language-model' },
    {
      reply: () => 'All kilns.',
    },
  );
  expect(rows.map(({ context }) => context)).toEqual(Array(2).fill('Kilns › Eastern\nAll kilns.'));
  expect(prompts).toHaveLength(1);
});

it('holds no more of the documents than it reads', async () => {
  const [count, size] = [32, 4_000_000];
  const documents: RowsInput<Document> = {
    ...rowsInput<Document>([]),
    async *rows() {
      for (let at = 0; at < count; at += 1) {
        const id = await Promise.resolve(`${String(at)}.md`);
        yield { ...document, id, text: longText(size, id) };
      }
    },
  };
  const before = heldBytes();
  let held = 0;
  const reply = () => {
    held = heldBytes() - before;
    return 'All kilns.';
  };
  await contexts([early], { method: 'language-model', characters: 100 }, { documents, reply });
  expect(held).not.toBe(0);
  expect(held).toBeLessThan((count * size) / 4);
});

it('asks for a model and the documents', async () => {
  const params = contextualize.params.parse({ method: 'language-model' });
  const chunks = rowsInput([early]);
  const documents = rowsInput([document]);
  for (const [inputs, port] of [
    [{ chunks, documents, model: undefined }, 'model'],
    [{ chunks, documents: undefined, model }, 'documents'],
  ] as const) {
    await expect(run.run(testContext(), inputs, params)).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { port } },
    });
  }
  expect(contextualize.params.safeParse({ prompt: '{chunk}' }).success).toBe(false);
});
