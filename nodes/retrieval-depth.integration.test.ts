import { rm } from 'node:fs/promises';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  type Backends,
  type Chunk,
  type Document,
  type Question,
  type QuestionHits,
  type RunContext,
  searchedText,
} from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run as runChunk } from './chunk/run.ts';
import { run as runContextualize } from './contextualize/run.ts';
import { run as runDiversify } from './diversify/run.ts';
import { run as runEmbed } from './embed/run.ts';
import { run as runExpand } from './expand-hits/run.ts';
import { run as runIndex } from './index/run.ts';
import { rowsInput, runAll, testContext, treeInput } from './kit/testing/test-context.ts';
import { run as runRerank } from './rerank/run.ts';
import { run as runRetrieve } from './retrieve/run.ts';
import { run as runRewrite } from './rewrite-questions/run.ts';

/** Nodes around retrieval on the real models and the real index. */
const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
const facts = (id: string) => {
  const found = catalogue.lookup(id);
  if (found === undefined) throw new Error(`The catalogue has no ${id}.`);
  return found;
};
const small = facts('SmolLM2-135M-Instruct');
const model = treeInput({
  ...{ id: small.id, digest: small.digest, architecture: small.architecture },
  ...{ format: small.format, contextLength: small.contextLength },
});

let backends: LoadedBackends;
let ctx: RunContext;
const folders: string[] = [];
const log: string[] = [];
beforeAll(() => {
  backends = createBackends({ catalogue });
  const all: Backends = {
    training: () => Promise.reject(new Error('Nothing is trained here.')),
    embedder: (id, use) => backends.embedder(id, use),
    crossEncoder: (id) => backends.crossEncoder(id),
    languageModel: (source, options) => backends.languageModel(source, options),
    tokenizer: (source) => backends.tokenizer(source),
    encoderTokenizer: () => Promise.reject(new Error('Nothing is trained here.')),
    buildIndex: (request) => backends.buildIndex(request),
    openIndex: (folder, info) => backends.openIndex(folder, info),
  };
  const { model: id = '', digest, dimension = 0 } = { ...facts(embedder), model: embedder };
  ctx = testContext({
    backends: all,
    log: (_level, message) => log.push(message),
    models: { facts, files: () => expect.fail() },
    inputFacets: { embeddings: { embedder: { model: id, digest, dimension } } },
  });
});
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

const embedder = 'all-MiniLM-L6-v2';
const times = ['Monday', 'Friday', 'Sunday'];
/** Sections that read alike: what they are about stands in the title only. */
const documents = ['Eastern kiln', 'Western kiln', 'Bread oven'].map((title, at): Document => {
  const path = `${title.toLowerCase().replace(' ', '-')}.md`;
  const text = `## Lighting\n\nIt is lit every ${times[at] ?? ''} by the guard.\n\n## Cooling\n\nIt cools for two days, and is not opened before.`;
  return {
    id: path,
    path,
    title,
    mediaType: 'text/markdown',
    text,
    offset: 0,
    line: 1,
    metadata: {},
  };
});
const question: Question = {
  id: 'q',
  question: 'On which day does firing in the western kiln begin?',
};

async function cut(size: number, method: string): Promise<Chunk[]> {
  return runAll(runChunk, documents, {
    ...{ ctx, inputs: { documents: rowsInput(documents) } },
    params: runChunk.definition.params.parse({ size, overlap: 0, unit: 'characters', method }),
  });
}

async function find(chunks: readonly Chunk[], asked: Question): Promise<QuestionHits> {
  const embedded = await runAll(runEmbed, chunks, {
    ...{ ctx, inputs: { chunks: rowsInput(chunks), trained: undefined } },
    params: runEmbed.definition.params.parse({}),
  });
  const { index } = await runIndex.run(
    ctx,
    { embeddings: rowsInput(embedded) },
    runIndex.definition.params.parse({}),
  );
  folders.push(index.path);
  const [hits] = await runAll(runRetrieve, [asked], {
    ctx,
    inputs: {
      ...{ questions: rowsInput([asked]), trained: undefined },
      index: treeInput(index.info, index.path),
    },
    params: runRetrieve.definition.params.parse({ k: 6 }),
  });
  if (hits === undefined) throw new Error('There are no hits.');
  return hits;
}

async function headed(chunks: readonly Chunk[]): Promise<Chunk[]> {
  const { chunks: given } = await runContextualize.run(
    ctx,
    { chunks: rowsInput(chunks), documents: undefined, model: undefined },
    runContextualize.definition.params.parse({}),
  );
  const rows: Chunk[] = [];
  for await (const row of given) rows.push(row);
  return rows;
}

it('finds by its context what a text alone does not say, and hands on the larger chunk', async () => {
  const chunks = await cut(100, 'markdown');
  expect(chunks).toHaveLength(6);
  const hits = await find(await headed(chunks), question);
  const [best] = hits.hits;
  expect(best?.chunk).toMatchObject({
    ...{ text: '## Lighting\n\nIt is lit every Friday by the guard.', context: 'Western kiln' },
  });
  const { hits: expanded } = await runExpand.run(
    ctx,
    { hits: rowsInput([hits]), chunks: rowsInput(await cut(1000, 'recursive')) },
    runExpand.definition.params.parse({}),
  );
  const rows: QuestionHits[] = [];
  for await (const row of expanded) rows.push(row);
  expect(rows[0]?.hits).toHaveLength(3);
  expect(rows[0]?.hits[0]?.chunk.text).toBe(documents[1]?.text);
  expect(rows[0]?.hits[0]?.score).toBe(best?.score);
});

it('searches for variants beside the question, and chooses what differs', async () => {
  const chunks = await headed(await cut(100, 'markdown'));
  const varied = await find(chunks, { ...question, variants: ['bread oven lit'] });
  const plain = await find(chunks, question);
  const rankOfOven = ({ hits }: QuestionHits): number =>
    hits.find(({ chunk }) => chunk.context === 'Bread oven')?.rank ?? 99;
  expect(rankOfOven(varied)).toBeLessThan(rankOfOven(plain));
  expect(varied.hits[0]?.scores.versions).toBe(2);
  const [chosen] = await runAll(runDiversify, [varied], {
    ...{ ctx, inputs: { hits: rowsInput([varied]) } },
    params: runDiversify.definition.params.parse({ lambda: 0, duplicates: 0, top: 2 }),
  });
  const texts = varied.hits.map(({ chunk }) => searchedText(chunk));
  const loaded = await ctx.backends.embedder(embedder);
  const [first = new Float32Array(), ...others] = await loaded.embed(texts, ctx.signal);
  const alike = others.map((other) =>
    other.reduce((sum, value, at) => sum + value * (first[at] ?? 0), 0),
  );
  const farthest = varied.hits[1 + alike.indexOf(Math.min(...alike))];
  expect(chosen?.hits.map(({ chunk }) => chunk.id)).toEqual([
    varied.hits[0]?.chunk.id,
    farthest?.chunk.id,
  ]);
});

it('has a small language model write variants and sentences, and lean to yes or no', async () => {
  const asked = [question, { id: 'r', question: 'Who lights the bread oven?' }];
  const rewritten = await runAll(runRewrite, asked, {
    ...{ ctx, inputs: { questions: rowsInput(asked), model } },
    params: runRewrite.definition.params.parse({ temperature: 0, maxTokens: 48, parallel: 2 }),
  });
  expect(rewritten.map(({ id }) => id)).toEqual(['q', 'r']);
  const variants = rewritten.flatMap((row) => row.variants ?? []);
  expect(variants.length).toBeGreaterThan(0);
  for (const variant of variants) expect(variant).toMatch(/\w{2,}/);

  const chunks = (await cut(100, 'markdown')).slice(0, 2);
  const { chunks: given } = await runContextualize.run(
    ctx,
    { chunks: rowsInput(chunks), documents: rowsInput(documents), model },
    runContextualize.definition.params.parse({
      ...{ method: 'language-model', context: 512, maxTokens: 24, parallel: 2 },
    }),
  );
  for await (const { context } of given) expect(context).toMatch(/^Eastern kiln\n\S.*$/);

  const hits = await find(await cut(100, 'markdown'), question);
  const [reranked] = await runAll(runRerank, [hits], {
    ...{ ctx, inputs: { hits: rowsInput([hits]), model, trained: undefined } },
    params: runRerank.definition.params.parse({ method: 'language-model', context: 512 }),
  });
  const yes = reranked?.hits.map(({ scores }) => scores.rerank ?? 0) ?? [];
  expect(yes).toHaveLength(hits.hits.length);
  for (const one of yes) {
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThan(1);
  }
  expect(new Set(yes).size).toBeGreaterThan(1);
  expect(log.join('\n')).toContain('is a model of 135 million parameters');
});
