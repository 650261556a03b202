import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  createRegistry,
  type Answer,
  type Backends,
  type EmbeddedChunk,
  parseGraph,
  type Question,
  type QuestionHits,
  type RunContext,
  type TreeOutput,
  type IndexInfo,
  type MetricRow,
  validateGraph,
} from '@graft/graph';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run as runChunk } from './chunk/run.ts';
import { definitions } from './definitions.gen.ts';
import { run as runEmbed } from './embed/run.ts';
import { run as runGenerate } from './generate/run.ts';
import { run as runIndex } from './index/run.ts';
import { run as runInject } from './inject-context/run.ts';
import { run as runLoad } from './load-files/run.ts';
import { run as runQuestions } from './questions/run.ts';
import { run as runRerank } from './rerank/run.ts';
import { run as runRetrieve } from './retrieve/run.ts';
import { run as runScore } from './score-hits/run.ts';
import { run as runSimilarity } from './similarity/run.ts';
import {
  sourceFile,
  rowsInput,
  treeInput,
  runAll,
  testContext,
} from './kit/testing/test-context.ts';

/** The nodes of the example graph with its parameters, on the real models, one after the other. */
const examples = join(import.meta.dirname, '..', 'examples');
const read = (name: string) => parseGraph(readFileSync(join(examples, name), 'utf8'), name);
const graph = read('rag-quickstart.graft.json');
const retrieval = read('lib/hybrid-retrieval.graft.json');
const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });

let backends: LoadedBackends;
let context: (parts?: Partial<RunContext>) => RunContext;
let questions: Question[];
let embedded: EmbeddedChunk[];
let index: TreeOutput<IndexInfo>;
let hits: QuestionHits[];

const facts = (id: string) => {
  const found = catalogue.lookup(id);
  if (found === undefined) throw new Error(`The catalogue has no ${id}.`);
  return found;
};

beforeAll(async () => {
  backends = createBackends({ catalogue });
  const models = { facts, files: () => expect.fail() };
  const training = (): never => {
    throw new Error('Nothing is trained here.');
  };
  const all: Backends = {
    training,
    embedder: (id, use) => backends.embedder(id, use),
    encoderTokenizer: (id) => backends.encoderTokenizer(id),
    crossEncoder: (id) => backends.crossEncoder(id),
    languageModel: (source, options) => backends.languageModel(source, options),
    tokenizer: (source) => backends.tokenizer(source),
    buildIndex: (request) => backends.buildIndex(request),
    openIndex: (folder, info) => backends.openIndex(folder, info),
  };
  context = (parts = {}) => testContext({ backends: all, models, ...parts });
  const ctx = context();

  const paths = (await glob('handbook/**/*.md', { cwd: examples })).sort();
  const files = await Promise.all(paths.map((path) => sourceFile(examples, path)));
  const documents = await runAll(runLoad, files, {
    inputs: {},
    params: runLoad.definition.params.parse({ paths }),
  });
  const chunks = await runAll(runChunk, documents, {
    inputs: { documents: rowsInput(documents) },
    params: runChunk.definition.params.parse(retrieval.nodes['chunk']?.params),
  });
  const embedParams = runEmbed.definition.params.parse({});
  embedded = await runAll(runEmbed, chunks, {
    ctx,
    inputs: { chunks: rowsInput(chunks), trained: undefined },
    params: embedParams,
  });
  const inputFacets = runEmbed.definition.facets?.(embedParams, {}, catalogue.lookup) ?? {};
  ({ index } = await runIndex.run(
    context({ inputFacets }),
    { embeddings: rowsInput(embedded) },
    runIndex.definition.params.parse({}),
  ));
  const file = await sourceFile(examples, 'handbook-questions.jsonl');
  const asked = await runQuestions.run(
    context({ sources: [{ kind: 'files', param: 'paths', files: [file] }] }),
    {},
    runQuestions.definition.params.parse({}),
  );
  questions = [];
  for await (const question of asked.questions) questions.push(question);
  hits = await retrieve({});
});
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await rm(index.path, { recursive: true });
});

function retrieve(params: object): Promise<QuestionHits[]> {
  return runAll(runRetrieve, questions, {
    ctx: context(),
    inputs: {
      questions: rowsInput(questions),
      index: { digest: '', ...index },
      trained: undefined,
    },
    params: runRetrieve.definition.params.parse(params),
  });
}

/** Share of the documents that hold the answer among the first three hits. */
function recallAt3(rows: readonly QuestionHits[]): number {
  const shares = rows.flatMap(({ question, hits: ranked }) => {
    const wanted = question.documents ?? [];
    if (wanted.length === 0) return [];
    const found = new Set(ranked.slice(0, 3).map(({ chunk }) => chunk.source.path));
    return [wanted.filter((path) => found.has(path)).length / wanted.length];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

it('finds nothing wrong with the example graph', () => {
  const problems = validateGraph(graph, createRegistry(definitions), {
    models: catalogue.lookup,
    graphs: read,
  });
  expect(problems).toEqual([]);
});

it('embeds to unit length, and tells the index who did', () => {
  for (const { vector } of embedded) {
    expect(vector).toHaveLength(384);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
  }
  expect(index.info).toMatchObject({
    rows: embedded.length,
    dimension: 384,
    embedder: 'all-MiniLM-L6-v2',
  });
});

it('scores its hits as they were scored by hand', async () => {
  const { metrics } = await runScore.run(
    context(),
    { hits: rowsInput(hits), questions: undefined },
    runScore.definition.params.parse({ k: 3 }),
  );
  const [summary] = metrics as MetricRow[];
  expect(summary).toMatchObject({ series: 'summary', values: { questions: 30, unanswerable: 3 } });
  expect(summary?.values['recall@3']).toBeCloseTo(recallAt3(hits), 12);
  expect(summary?.values['recall@3']).toBeCloseTo(0.917, 3);
});

it('finds an answer in other words nearer to its reference than another, and calls the reference itself 1', async () => {
  const reference = 'The kiln is left to cool for two days.';
  const texts = [reference, 'It must cool down for 2 days [1].', 'Tea is served at ten.'];
  const answers = texts.map((text, at): Answer => {
    const question = { id: `q${at}`, question: 'How long must the kiln cool?', reference };
    const counts = { promptTokens: 1, completionTokens: 1 };
    return { id: question.id, question, text, citations: [], ...counts, finishReason: 'stop' };
  });
  const { metrics } = await runSimilarity.run(
    context(),
    { answers: rowsInput(answers), questions: undefined },
    runSimilarity.definition.params.parse({}),
  );
  const [, same = 0, near = 0, far = 0] = Array.from(
    metrics as MetricRow[],
    ({ values }) => values['similarity'],
  );
  expect(same).toBeCloseTo(1, 4);
  expect(near).toBeGreaterThan(0.5);
  expect(far).toBeLessThan(0.3);
});

it('finds at least nine in ten of the documents that hold an answer, by hybrid search', () => {
  expect(recallAt3(hits)).toBeGreaterThanOrEqual(0.9);
  expect(hits[0]?.hits).toHaveLength(20);
  expect(hits[0]?.hits.map(({ rank }) => rank)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
});

it('searches only where the filters allow', async () => {
  const rows = await retrieve({ paths: ['handbook/sales/**'], k: 5 });
  for (const { hits: found } of rows) {
    expect(found.length).toBe(5);
    for (const { chunk } of found) expect(chunk.source.path).toMatch(/^handbook\/sales\//);
  }
});

it('reranks by token vectors without losing what was found', async () => {
  const few = hits.filter(({ question }) => (question.documents?.length ?? 0) === 1).slice(0, 4);
  const reranked = await runAll(runRerank, few, {
    ctx: context(),
    inputs: { hits: rowsInput(few), model: undefined, trained: undefined },
    params: runRerank.definition.params.parse({ top: 5 }),
  });
  for (const { hits: ranked } of reranked) {
    expect(ranked).toHaveLength(5);
    for (const { scores } of ranked) expect(scores.rerank).toBeGreaterThan(0.1);
  }
  expect(recallAt3(reranked)).toBeGreaterThanOrEqual(0.75);
});

it('answers from a real model, streaming, the same twice, with citations', async () => {
  const two = hits.slice(0, 2);
  const prompts = await runAll(runInject, two, {
    inputs: { hits: rowsInput(two) },
    params: runInject.definition.params.parse({}),
  });
  const streamed = new Map<string, string>();
  const ctx = context({
    token: (item, text) => streamed.set(item, (streamed.get(item) ?? '') + text),
  });
  const { id, digest, architecture, format, contextLength } = facts('SmolLM2-135M-Instruct');
  const answer = (): Promise<Answer[]> =>
    runAll(runGenerate, prompts, {
      ctx,
      inputs: {
        prompts: rowsInput(prompts),
        model: treeInput({ id, digest, architecture, format, contextLength }),
        adapters: [],
      },
      params: runGenerate.definition.params.parse({ maxTokens: 24 }),
    });
  const first = await answer();
  expect(first.map((each) => each.id)).toEqual(['q07', 'q24']);
  for (const { id: item, text, citations, completionTokens } of first) {
    expect(text).toMatch(/\S/);
    expect(completionTokens).toBeLessThanOrEqual(24);
    expect(citations.length).toBeGreaterThan(0);
    expect(streamed.get(item)?.trim()).toBe(text);
  }
  streamed.clear();
  expect(await answer()).toEqual(first);
});
