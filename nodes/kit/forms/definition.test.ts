import {
  emptyGraph,
  parseEdge,
  resolveGraph,
  type Graph,
  type TableHead,
  type TableLookup,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { registry } from '../../definitions.gen.ts';
import { passagesSystem } from '../asking/definition.ts';
import { datasetForm } from './definition.ts';

type Params = Readonly<Record<string, unknown>>;
const node = (type: string, params: Params = {}) => ({
  ...{ type, params },
  version: registry.get(type)?.version ?? 1,
});

const head = (row: Params): readonly TableHead[] => [
  { path: 'rows.jsonl', columns: Object.keys(row), head: [row] },
];
const completions = head({ prompt: 'What is a plimmet?', completion: 'A rib.' });
const alpaca = head({ instruction: 'What is a plimmet?', output: 'A rib.' });

/** Rows, a training on them, and a question asked of the result. */
function graphOf({ dataset = {}, asking = {} }: { dataset?: Params; asking?: Params }): Graph {
  return {
    ...emptyGraph,
    nodes: {
      base: node('base-model'),
      rows: node('load-dataset', { files: ['rows.jsonl'], ...dataset }),
      train: { ...node('train-lora'), title: 'Learn the words' },
      questions: node('questions', { questions: 'Why?' }),
      prompt: node('prompt'),
      answer: node('generate', asking),
    },
    edges: [
      ...['base.model -> train.model', 'base.model -> answer.model'],
      ...['rows.dataset -> train.dataset', 'train.adapter -> answer.adapters'],
      ...['questions.questions -> prompt.questions', 'prompt.prompts -> answer.prompts'],
    ].map(parseEdge),
  };
}

function warningsOf(graph: Graph, tables?: TableLookup) {
  const read = tables === undefined ? {} : { tables };
  const { warnings, problems } = resolveGraph(graph, {
    registry,
    models: () => undefined,
    ...read,
  });
  expect(problems.filter(({ code }) => code !== 'bad-model')).toEqual([]);
  return warnings.map(({ location: { node: at, path, port, param }, message }) => [
    `${path ?? at ?? ''} ${port ?? param ?? ''}`,
    message,
  ]);
}

describe('a model trained on plain text', () => {
  it('is warned of at the trainer and where it is asked, by the first row of the file', () => {
    const remedy =
      'Set “Template” of the dataset to chat. Plain text needs prompts and completions first.';
    expect(warningsOf(graphOf({}), () => completions)).toEqual([
      [
        'answer adapters',
        `“Learn the words” trained on plain text, but this node asks in the model’s chat template, so the answers may not show what was learned. ${remedy}`,
      ],
      [
        'train dataset',
        `The rows are plain text, but “Generate” asks in the model’s chat template, so its answers may not show what was learned. ${remedy}`,
      ],
    ]);
  });

  it('is no warning once the rows go through the template, or while nothing is known of them', () => {
    expect(warningsOf(graphOf({ dataset: { template: 'chat' } }), () => completions)).toEqual([]);
    expect(warningsOf(graphOf({}))).toEqual([]);
    expect(warningsOf(graphOf({}), () => undefined)).toEqual([]);
  });

  it('is known without the file where the node says so', () => {
    expect(warningsOf(graphOf({ dataset: { template: 'none' } }))).toHaveLength(2);
    expect(warningsOf(graphOf({ dataset: { format: 'text' } }))).toHaveLength(2);
  });
});

describe('a system prompt that the rows did not have', () => {
  it('is warned of at both nodes', () => {
    const graph = graphOf({ asking: { system: 'Answer briefly.' } });
    expect(warningsOf(graph, () => alpaca)).toEqual([
      [
        'answer system',
        '“Learn the words” trained without a system prompt, but this node asks under the system prompt “Answer briefly.”; use the same system prompt in both.',
      ],
      [
        'train dataset',
        'The rows are without a system prompt, but “Generate” asks under the system prompt “Answer briefly.”; use the same system prompt in both.',
      ],
    ]);
  });

  it('is no warning where both are the same, auto included', () => {
    const own = head({ system: 'Answer briefly.', instruction: 'What?', output: 'A rib.' });
    expect(warningsOf(graphOf({ asking: { system: 'Answer briefly.' } }), () => own)).toEqual([]);
    expect(warningsOf(graphOf({}), () => alpaca)).toEqual([]);
    expect(warningsOf(graphOf({}), () => own)).toHaveLength(2);
  });

  it('is told from the form that Prompts to dataset gives', () => {
    const taught = (learned: Params, asked: Params, top = 3): Graph => ({
      ...graphOf({ asking: asked }),
      nodes: {
        ...graphOf({ asking: asked }).nodes,
        hits: node('load-rows', { type: 'hits', file: 'hits.jsonl' }),
        inject: node('inject-context', { top }),
        rows: node('prompts-to-dataset', learned),
      },
      edges: [
        ...graphOf({}).edges,
        ...['hits.rows -> inject.hits', 'inject.prompts -> rows.prompts'].map(parseEdge),
      ],
    });
    // Asked without passages, so auto sends nothing.
    expect(warningsOf(taught({}, {}))).toHaveLength(2);
    expect(warningsOf(taught({}, { system: passagesSystem }))).toEqual([]);
    expect(warningsOf(taught({}, {}, 0))).toEqual([]);
    expect(warningsOf(taught({ system: '' }, {}))).toEqual([]);
  });
});

it('leaves out adapters that are off, by the order of their connections', () => {
  const graph = graphOf({});
  const withOther = (adapterWeights: readonly number[]): Graph => ({
    ...graph,
    nodes: {
      ...graph.nodes,
      answer: node('generate', { adapterWeights }),
      kept: node('load-adapter', { path: 'kept' }),
    },
    edges: [
      ...graph.edges,
      ...['base.model -> kept.model', 'kept.adapter -> answer.adapters'].map(parseEdge),
    ],
  });
  const at = (weights: readonly number[]) =>
    warningsOf(withOther(weights), () => completions).map(([place]) => place);
  expect(at([])).toEqual(['answer adapters', 'train dataset']);
  expect(at([0, 1])).toEqual(['answer adapters', 'train dataset']);
  expect(at([1, 0])).toEqual([]);
});

it('follows the last training through merges and subgraphs', () => {
  const graph = graphOf({});
  const { base, rows, train } = graph.nodes;
  if (base === undefined || rows === undefined || train === undefined) throw new Error('missing');
  const inside: Graph = {
    ...graph,
    nodes: {
      ...Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => id !== 'train')),
      teach: { type: 'graph', version: 1, params: { use: '#teach' } },
    },
    edges: [
      ...graph.edges.filter(({ source, target }) => source !== 'train' && target !== 'train'),
      ...['base.model -> teach.model', 'rows.dataset -> teach.dataset'].map(parseEdge),
    ].filter(({ source, target }) => !(source === 'base' && target === 'answer')),
    graphs: {
      teach: {
        nodes: {
          model: { type: 'input', version: 1, params: { name: 'model', type: 'model' } },
          dataset: { type: 'input', version: 1, params: { name: 'dataset', type: 'dataset' } },
          train,
          merge: node('merge-into-model'),
          out: { type: 'output', version: 1, params: { name: 'taught' } },
        },
        edges: [
          ...['model.value -> train.model', 'dataset.value -> train.dataset'],
          ...['model.value -> merge.model', 'train.adapter -> merge.adapters'],
          'merge.model -> out.value',
        ].map(parseEdge),
        layout: {},
      },
    },
  };
  const asked = { ...inside, edges: [...inside.edges, parseEdge('teach.taught -> answer.model')] };
  expect(warningsOf(asked, () => completions).map(([at]) => at)).toEqual([
    'answer model',
    'teach/train dataset',
  ]);
});

it('knows within a loop whether the prompts have passages, and warns once for all rounds', () => {
  const { nodes, edges } = graphOf({});
  const input = (name: string, type: string) => ({
    ...{ type: 'input', version: 1, params: { name, type } },
  });
  const loop: Graph = {
    ...emptyGraph,
    nodes: {
      ...Object.fromEntries(Object.entries(nodes).filter(([id]) => id !== 'answer')),
      loop: { type: 'repeat', version: 1, params: { use: '#ask', limit: 2 } },
    },
    edges: [
      ...edges.filter(({ target }) => target !== 'answer'),
      ...['base.model -> loop.model', 'train.adapter -> loop.adapter'].map(parseEdge),
      parseEdge('prompt.prompts -> loop.prompts'),
    ],
    graphs: {
      ask: {
        nodes: {
          model: input('model', 'model'),
          adapter: input('adapter', 'adapter'),
          prompts: input('prompts', 'prompts'),
          answer: node('generate'),
          answers: { type: 'output', version: 1, params: { name: 'answers' } },
          again: { type: 'output', version: 1, params: { name: 'prompts' } },
        },
        edges: [
          ...['model.value -> answer.model', 'adapter.value -> answer.adapters'],
          ...['prompts.value -> answer.prompts', 'answer.answers -> answers.value'],
          'prompts.value -> again.value',
        ].map(parseEdge),
        layout: {},
      },
    },
  };
  const own = head({ system: 'Answer briefly.', instruction: 'What?', output: 'A rib.' });
  expect(warningsOf(loop, () => own)).toEqual([
    ['loop/answer system', expect.stringContaining('asks without a system prompt')],
    ['train dataset', expect.stringContaining('asks without a system prompt')],
  ]);
  expect(warningsOf(loop, () => alpaca)).toEqual([]);
});

describe('the form of a dataset', () => {
  const auto = { format: 'auto', template: 'auto' } as const;
  it.each([
    ['alpaca', alpaca, { kind: 'chat', systems: [''] }],
    ['completions', completions, { kind: 'text' }],
    ['text', head({ text: 'A rib.' }), { kind: 'text' }],
    ['both', [...completions, ...alpaca], { kind: 'chat', systems: [''] }],
    ['unknown columns', head({ x: 1 }), undefined],
    ['nothing read', undefined, undefined],
    [
      'messages',
      head({
        messages: [
          { role: 'system', content: 'Be kind. ' },
          { role: 'user', content: 'Hi' },
        ],
      }),
      { kind: 'chat', systems: ['Be kind.'] },
    ],
    [
      'sharegpt',
      head({ conversations: [{ from: 'human', value: 'Hi' }] }),
      { kind: 'chat', systems: [''] },
    ],
    ['turns in a cell', head({ conversations: '[…]' }), { kind: 'chat' }],
    [
      'conversations as prompts',
      head({ prompt: [{ role: 'user', content: 'Hi' }], completion: [] }),
      { kind: 'chat', systems: [''] },
    ],
    [
      'conversations as questions',
      head({ question: [{ role: 'system', content: 'Be kind.' }], answer: [] }),
      { kind: 'chat', systems: ['Be kind.'] },
    ],
  ])('of %s', (_, tables, form) => {
    expect(datasetForm(auto, tables)).toEqual(form);
  });
});
