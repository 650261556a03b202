import { z } from 'zod';
import type { ModelFacts, ModelLookup } from './rows/model.ts';
import {
  defineNode,
  type NodeType,
  type Registry,
  type EngineVersions,
} from './types/node-type.ts';
import { Answers, Chunks, Documents, Embeddings, Index, Questions } from './rows/port-types.ts';
import { portTypes } from './types/port-type-list.ts';
import { createRegistry } from './types/registry.ts';

/**
 * Small node types for tests and benchmarks. Numbers travel as `Questions` rows, one a number, whose
 * `question` is the number as text.
 */
const numbers = { type: Questions, doc: 'Numbers, as questions.' } as const;
const cpu = { needs: 'cpu', affectsResult: false } as const;
const plain = {
  version: 1,
  implementation: 1,
  group: 'sources',
  caching: 'pure',
  device: cpu,
} as const;

/** One number, from a parameter. */
export const numberNode = defineNode({
  ...plain,
  type: 'number',
  title: 'Number',
  doc: 'Gives one number.',
  inputs: {},
  outputs: { value: numbers },
  params: z.strictObject({
    value: z.number().min(-1e9).max(1e9).default(0).meta({ title: 'Value' }),
  }),
  summary: ({ value }) => [['value', String(value)]],
  migrations: [],
});

/** The sum of all numbers of any number of inputs. */
export const addNode = defineNode({
  ...plain,
  type: 'add',
  title: 'Add',
  doc: 'Adds numbers.',
  inputs: { terms: { ...numbers, many: true } },
  outputs: { sum: numbers },
  params: z.strictObject({}),
  summary: () => [],
  migrations: [],
});

/** Each number, twice as large; run whole. Version 2: version 1 called its ports `in` and `out`, and its parameter `times`. */
export const doubleNode = defineNode({
  ...plain,
  type: 'double',
  version: 2,
  title: 'Double',
  doc: 'Doubles numbers.',
  inputs: { value: numbers },
  outputs: { value: numbers },
  params: z.strictObject({
    factor: z.int().min(1).max(10).default(2).meta({ title: 'Factor' }),
    threads: z.int().min(1).default(1).meta({ title: 'Threads', affectsResult: false }),
  }),
  summary: ({ factor }) => [['factor', String(factor)]],
  migrations: [
    {
      from: 1,
      name: 'name-ports-and-factor',
      params: ({ times, ...rest }) => (times === undefined ? rest : { ...rest, factor: times }),
      renamedInputs: { in: 'value' },
      renamedOutputs: { out: 'value' },
      renamedParams: { times: 'factor' },
    },
  ],
});

/** Passes its numbers on after a while. */
export const slowNode = defineNode({
  ...plain,
  type: 'slow',
  title: 'Slow',
  doc: 'Waits, then passes its input on.',
  inputs: { value: { ...numbers, optional: true } },
  outputs: { value: numbers },
  params: z.strictObject({
    ms: z.int().min(0).max(600_000).default(100).meta({ title: 'Wait', unit: 'ms' }),
  }),
  summary: ({ ms }) => [['wait', `${ms} ms`]],
  migrations: [],
});

/** Fails with its message. */
export const failNode = defineNode({
  ...plain,
  type: 'fail',
  title: 'Fail',
  doc: 'Always fails.',
  inputs: { value: { ...numbers, optional: true } },
  outputs: { value: numbers },
  params: z.strictObject({
    message: z.string().default('told to fail').meta({ title: 'Message' }),
  }),
  summary: ({ message }) => [['message', message]],
  migrations: [],
});

/** A random number: never reused. */
export const randomNode = defineNode({
  ...plain,
  type: 'random',
  title: 'Random',
  doc: 'Gives another number each time.',
  caching: 'volatile',
  inputs: {},
  outputs: { value: numbers },
  params: z.strictObject({}),
  summary: () => [],
  migrations: [],
});

/** Rows of text, one a line of a parameter. */
export const linesNode = defineNode({
  ...plain,
  type: 'lines',
  title: 'Lines',
  doc: 'Gives one row a line.',
  inputs: {},
  outputs: { rows: { type: Questions, doc: 'One row a line.' } },
  params: z.strictObject({
    text: z.string().default('').meta({ title: 'Text', control: 'multiline' }),
  }),
  summary: () => [],
  migrations: [],
});

/** A map-type node: each row's question in capitals. */
export const upperNode = defineNode({
  ...plain,
  type: 'upper',
  title: 'Upper',
  doc: 'Puts each row in capitals.',
  inputs: { rows: { type: Questions, doc: 'Rows.' } },
  outputs: { rows: { type: Questions, doc: 'The rows in capitals.' } },
  params: z.strictObject({
    suffix: z.string().default('').meta({ title: 'Suffix' }),
  }),
  summary: ({ suffix }) => [['suffix', suffix]],
  items: { over: 'rows', key: ['question'], batch: 8 },
  migrations: [],
});

/** A map-type node over files: one document a file. */
export const readNode = defineNode({
  ...plain,
  type: 'read',
  title: 'Read',
  doc: 'Reads text files.',
  inputs: {},
  outputs: { documents: { type: Documents, doc: 'One a file.' } },
  params: z.strictObject({
    files: z.array(z.string()).default(['*.txt']).meta({ title: 'Files', control: 'files' }),
  }),
  summary: ({ files }) => [['files', files.join(', ')]],
  items: { over: { files: 'files' } },
  sources: ({ files }) => [{ kind: 'files', patterns: files, param: 'files' }],
  migrations: [],
});

/** Documents to chunks: what could stand between `read` and `vectors`. */
export const splitNode = defineNode({
  ...plain,
  type: 'split',
  title: 'Split',
  group: 'retrieval',
  doc: 'Cuts documents into chunks.',
  inputs: { documents: { type: Documents, doc: 'Documents.' } },
  outputs: { chunks: { type: Chunks, doc: 'Chunks.' } },
  params: z.strictObject({
    by: z.enum(['sentence', 'paragraph']).default('sentence').meta({ title: 'By' }),
  }),
  summary: ({ by }) => [['by', by]],
  items: { over: 'documents', key: ['text'] },
  migrations: [],
});

const embedderParam = z
  .string()
  .default('tiny-embedder')
  .meta({ title: 'Model', control: 'model', modelKind: 'embedder' });

/** Chunks to vectors, with the embedder's facets. */
export const vectorsNode = defineNode({
  ...plain,
  type: 'vectors',
  title: 'Vectors',
  group: 'retrieval',
  doc: 'Embeds chunks.',
  inputs: { chunks: { type: Chunks, doc: 'Chunks.' } },
  outputs: { vectors: { type: Embeddings, doc: 'Vectors.' } },
  params: z.strictObject({ model: embedderParam }),
  summary: ({ model }) => [['model', model]],
  items: { over: 'chunks', key: ['text'] },
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  facets: ({ model }, _inputs, models) => {
    const facts = models(model);
    if (facts?.dimension === undefined) return {};
    const embedder = { model, digest: facts.digest, dimension: facts.dimension };
    return { vectors: { embedder } };
  },
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});

/** Vectors to an index; passes the embedder's facets on. */
export const shelfNode = defineNode({
  ...plain,
  type: 'shelf',
  title: 'Shelf',
  group: 'retrieval',
  doc: 'Indexes vectors.',
  inputs: { vectors: { type: Embeddings, doc: 'Vectors.', many: true } },
  outputs: { index: { type: Index, doc: 'The index.' } },
  params: z.strictObject({}),
  summary: () => [],
  facets: (_params, inputs) => ({ index: inputs['vectors'] ?? {} }),
  migrations: [],
});

/** Searches an index, and refuses one that another embedder made. */
export const lookUpNode = defineNode({
  ...plain,
  type: 'look-up',
  title: 'Look up',
  group: 'retrieval',
  doc: 'Looks questions up in an index.',
  inputs: {
    index: { type: Index, doc: 'Where to look.' },
    questions: { type: Questions, doc: 'What to look for.' },
  },
  outputs: { answers: { type: Answers, doc: 'What was found.' } },
  params: z.strictObject({ model: embedderParam }),
  summary: ({ model }) => [['model', model]],
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  check: ({ model }, inputs, models) => {
    const made = inputs['index']?.embedder;
    const facts = models(model);
    if (made === undefined || facts === undefined || facts.digest === made.digest) return [];
    const message = `The index was made by "${made.model}" (${made.dimension} wide), and "${model}" would search it. Choose the same embedder.`;
    return [{ port: 'index', param: 'model', message }];
  },
  migrations: [],
});

/** Parts numbers: those below a bound, and the rest. */
export const partNode = defineNode({
  ...plain,
  type: 'part',
  title: 'Part',
  doc: 'Parts numbers by a bound.',
  inputs: { value: numbers },
  outputs: { below: numbers, rest: numbers },
  params: z.strictObject({ bound: z.number().default(100).meta({ title: 'Bound' }) }),
  summary: ({ bound }) => [['bound', String(bound)]],
  migrations: [],
});

/** Gathers rows as loops have them gathered: of one id the last. */
export const gatherNode = defineNode({
  ...plain,
  type: 'gather-rows',
  title: 'Gather rows',
  doc: 'Puts rows together.',
  inputs: { rows: { ...numbers, many: true } },
  outputs: { rows: numbers },
  ports(params) {
    const type = Object.values(portTypes).find(({ id }) => id === params['type']) ?? Questions;
    return {
      inputs: { rows: { type, doc: 'Rows.', many: true } },
      outputs: { rows: { type, doc: 'Rows.' } },
    };
  },
  params: z.strictObject({ type: z.string().default(Questions.id).meta({ title: 'Type' }) }),
  summary: () => [],
  migrations: [],
});

export const testDefinitions: readonly NodeType[] = [
  numberNode,
  addNode,
  doubleNode,
  slowNode,
  failNode,
  randomNode,
  linesNode,
  upperNode,
  readNode,
  splitNode,
  vectorsNode,
  shelfNode,
  lookUpNode,
  partNode,
  gatherNode,
];

export const testRegistry: Registry = createRegistry(testDefinitions);

function testModel(id: string, digit: string, dimension?: number): ModelFacts {
  return {
    id,
    title: id,
    kind: dimension === undefined ? 'language-model' : 'embedder',
    digest: digit.repeat(64),
    architecture: 'bert',
    format: 'onnx',
    ...(dimension === undefined ? {} : { dimension }),
    contextLength: 512,
    size: 1_000_000,
  };
}

const catalogue = new Map(
  [
    testModel('tiny-embedder', '1', 384),
    testModel('wide-embedder', '2', 768),
    testModel('tiny-writer', '3'),
  ].map((model) => [model.id, model]),
);
/** A catalogue of two embedders, 384 and 768 wide, and a language model. */
export const testModels: ModelLookup = (id) => catalogue.get(id);

/** Versions of engines that no test uses. */
export const testEngines: EngineVersions = {
  onnxruntime: '1',
  'llama.cpp': '1',
  lance: '1',
  training: '1',
  remote: '1',
};
export { experimentDefinitions, gradeNode, noiseNode } from './fixtures/experiment-nodes.ts';

export * from './evidence/testing/designs.ts';
export * from './evidence/testing/simulations.ts';
