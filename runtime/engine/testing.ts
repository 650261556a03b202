import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  GraphError,
  ItemFailure,
  implement,
  implementItems,
  parseGraph,
  planGraph,
  type Backends,
  type Implementation,
  type Implementations,
  type Plan,
  type Question,
} from '@graft/graph';
import {
  addNode,
  doubleNode,
  failNode,
  gatherNode,
  gradeNode,
  linesNode,
  noiseNode,
  numberNode,
  partNode,
  randomNode,
  readNode,
  slowNode,
  splitNode,
  testEngines,
  testModels,
  testRegistry,
  upperNode,
} from '@graft/graph/testing';
import type { EngineParts } from './run/engine-parts.ts';
import type { StepHost } from './step/step-host.ts';

const row = (value: number, id = 'value'): Question => ({ id, question: String(value) });

/** The code of the node types of `@graft/graph/testing`, for tests and benchmarks. */
const implementations: readonly Implementation[] = [
  implement(numberNode, (_ctx, _inputs, { value }) => Promise.resolve({ value: [row(value)] })),
  implement(addNode, async (_ctx, { terms }) => {
    let sum = 0;
    for (const term of terms) {
      for (const { question } of await term.all()) sum += Number(question);
    }
    return { sum: [row(sum)] };
  }),
  implement(doubleNode, async (_ctx, { value }, { factor }) => {
    const rows = await value.all();
    return { value: rows.map(({ id, question }) => row(Number(question) * factor, id)) };
  }),
  implement(slowNode, async (ctx, { value }, { ms }) => {
    for (let done = 0; done < ms; done += 10) {
      ctx.progress({ done, total: ms, unit: 'ms' });
      await wait(Math.min(10, ms - done), undefined, { signal: ctx.signal });
    }
    return { value: value === undefined ? [row(ms)] : await value.all() };
  }),
  implement(failNode, (_ctx, _inputs, { message }) =>
    Promise.reject(new GraphError('bad-input', message)),
  ),
  implement(noiseNode, async (ctx, { value }, { spread }) => {
    const rows = await value.all();
    // Fixed for a seed and a row, and close to random over many rows.
    const noise = (id: string): number => {
      const hash = createHash('sha256')
        .update(`${String(ctx.seed)} ${id}`)
        .digest();
      return hash.readUInt32BE(0) / 2 ** 32;
    };
    return {
      value: rows.map(({ id, question }) => row(Number(question) + spread * noise(id), id)),
    };
  }),
  implement(gradeNode, async (_ctx, { value }) => ({
    metrics: (await value.all()).map(({ id, question }) => ({
      ...{ series: 'items', item: id, question: id, values: { score: Number(question) } },
    })),
  })),
  implement(partNode, async (_ctx, { value }, { bound }) => {
    const rows = await value.all();
    const isBelow = ({ question }: Question): boolean => Number(question) < bound;
    return { below: rows.filter(isBelow), rest: rows.filter((row) => !isBelow(row)) };
  }),
  implement(gatherNode, async (_ctx, { rows }) => {
    const gathered = new Map<string, Question>();
    for (const one of rows) for (const row of await one.all()) gathered.set(row.id, row);
    return { rows: [...gathered.values()] };
  }),
  implement(randomNode, () => Promise.resolve({ value: [row(Math.random())] })),
  implement(linesNode, (_ctx, _inputs, { text }) => {
    const lines = text.split('\n').filter((line) => line !== '');
    return Promise.resolve({
      rows: lines.map((question, i) => ({ id: `line-${String(i + 1)}`, question })),
    });
  }),
  /** A row that contains `fail` fails; one that contains `throw` fails its whole batch. */
  implementItems(upperNode, {
    runItems(_ctx, batch, _inputs, { suffix }) {
      if (batch.some(({ question }) => question.includes('throw'))) {
        return Promise.reject(new Error('a row threw'));
      }
      return Promise.resolve(
        batch.map(({ question }) =>
          question.includes('fail')
            ? new ItemFailure(`cannot put "${question}" in capitals`)
            : question.toUpperCase() + suffix,
        ),
      );
    },
    *expand({ id }, payload: string) {
      yield { id, question: payload };
    },
  }),
  implementItems(readNode, {
    runItems: (_ctx, batch) =>
      Promise.all(batch.map(async (file) => Buffer.from(await file.bytes()).toString('utf8'))),
    *expand({ path }, text: string) {
      const mediaType = 'text/plain';
      yield { id: path, path, mediaType, title: path, text, offset: 0, line: 1, metadata: {} };
    },
  }),
  implementItems(splitNode, {
    runItems: (_ctx, batch, _inputs, { by }) =>
      Promise.resolve(batch.map(({ text }) => text.split(by === 'sentence' ? /(?<=\.) / : '\n\n'))),
    *expand(document, pieces: string[]) {
      let start = 0;
      for (const [i, text] of pieces.entries()) {
        const { id, path, title } = document;
        const end = start + text.length;
        const span = { start, end, firstLine: 1, lastLine: 1 };
        const source = { documentId: id, path, title, ...span };
        yield { id: `${id}~${String(i)}`, text, headings: [], source, metadata: {} };
        start = end + 1;
      }
    },
  }),
];

export const testImplementations: Implementations = new Map(
  implementations.map((implementation) => [implementation.definition.type, implementation]),
);

const unavailable = (): never => {
  throw new GraphError('unavailable', 'The test nodes load no models.');
};
const noBackends: Backends = {
  embedder: unavailable,
  encoderTokenizer: unavailable,
  crossEncoder: unavailable,
  languageModel: unavailable,
  tokenizer: unavailable,
  training: unavailable,
  buildIndex: unavailable,
  openIndex: unavailable,
};

/** A host for steps that need neither models nor devices. */
export function createTestHost(
  stores: Pick<StepHost, 'artifacts' | 'items' | 'scratchFolder' | 'workspaceFolder'>,
  known: Implementations = testImplementations,
): StepHost {
  return {
    workspaceFolder: `${stores.scratchFolder}-workspace`,
    ...stores,
    checkpointFolder: `${stores.scratchFolder}-checkpoints`,
    implementation: (type) => Promise.resolve(known.get(type)),
    services: () => ({
      backends: noBackends,
      web: { get: unavailable },
      databases: { rows: unavailable },
      models: { facts: unavailable, files: unavailable },
      verify: () => Promise.resolve(),
      lease: (bytes) =>
        Promise.resolve({
          device: { id: 'cpu', class: 'cpu', name: 'CPU', software: false },
          bytes,
          [Symbol.dispose]: () => undefined,
        }),
      room: () => Promise.resolve(Number.POSITIVE_INFINITY),
    }),
  };
}

/** The parts of an engine except its stores and its execution backend. */
export const testEngineParts = {
  files: { files: () => Promise.resolve([]) },
  models: testModels,
  deviceOf: () => Promise.resolve({ id: 'cpu', class: 'cpu' }),
  engines: testEngines,
  owner: 'test:0',
  cores: 4,
} satisfies Partial<EngineParts>;

/** The plan of a graph of node types for tests, each in its current version. */
export function testPlan(
  nodes: Readonly<
    Record<string, { readonly type: string; readonly version?: number; readonly params?: object }>
  >,
  edges: readonly string[] = [],
): Plan {
  const written = Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      { version: testRegistry.get(node.type)?.version ?? 1, params: {}, ...node },
    ]),
  );
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes: written, edges }));
  return planGraph(graph, testRegistry, { models: testModels });
}
