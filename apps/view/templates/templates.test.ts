import {
  armGraph,
  emptyGraph,
  expandExperiment,
  parseGraph,
  resolveGraph,
  serializeGraph,
  validateGraph,
  type Material,
  type ModelFacts,
  type TableFile,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checks, provideNodeTypes } from '../document/lookups.ts';
import { nodeHeight, nodeWidth, writtenHeight } from '../layout/card-size.ts';
import { meets } from '../layout/frames.ts';
import { bestStart, freeName, startsFor, type TemplateId } from './templates.ts';

beforeAll(() => provideNodeTypes(registry));
afterEach(() => checks.getState().setModels([]));

const facts = (id: string, kind: ModelFacts['kind'], architecture = 'llama'): ModelFacts => ({
  ...{ id, title: id, kind, digest: '0'.repeat(64), architecture, format: 'gguf' },
  ...{ contextLength: 8192, size: 1 },
});

/** The models that nodes begin with where nobody prefers others. */
const models = [
  facts('SmolLM2-135M-Instruct', 'language-model'),
  facts('all-MiniLM-L6-v2', 'embedder', 'bert'),
];

const table = (path: string, head: readonly Readonly<Record<string, unknown>>[]): TableFile => ({
  ...{ path, rows: 30, head },
  columns: Object.keys(head[0] ?? {}),
});

const notes = { folder: '', ending: 'md', count: 5 } as const;
const pdfs = { folder: 'letters [old]', ending: 'pdf', count: 2 } as const;
const pages = { folder: 'letters [old]', ending: 'html', count: 40 } as const;
const answers = table('asked.csv', [{ question: 'Who?', reference: 'Ada' }]);
const places = table('data/asked.jsonl', [{ question: 'Who?', documents: ['a.md'] }]);
const rows = {
  completions: table('words.jsonl', [
    { prompt: 'What is\na kiln?', completion: 'An oven.' },
    { prompt: '', completion: 'x' },
  ]),
  alpaca: table('a.jsonl', [{ instruction: 'Say yes.', input: '', output: 'Yes.' }]),
  chats: table('c.jsonl', [
    {
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello?' },
      ],
    },
  ]),
  shared: table('s.jsonl', [{ conversations: [{ from: 'human', value: 'Hi?' }] }]),
  texts: table('t.csv', [{ text: 'Once upon a time.' }]),
  asked: table('pirate.jsonl', [{ question: 'Who are you?', answer: 'Arr, a pirate.' }]),
  pairs: table('pairs.csv', [{ input: 'Where?', output: 'At sea.' }]),
};

const folders: Readonly<Record<string, Material>> = {
  'one folder of notes': { documents: [notes], tables: [] },
  'folders with names of their own, and questions': {
    documents: [notes, pdfs, pages],
    tables: [answers, places],
  },
  'documents before and after a change': {
    documents: [notes, { ...notes, folder: 'changed' }],
    tables: [answers, rows.asked, { ...answers, path: 'changed/asked.csv' }],
  },
  'questions with answers': { documents: [pdfs], tables: [answers] },
  ...Object.fromEntries(
    Object.entries(rows).map(([name, file]) => [name, { documents: [], tables: [file] }]),
  ),
  everything: { documents: [pages], tables: [answers, places, ...Object.values(rows)] },
};

function laid(material: Material, wanted: TemplateId) {
  return startsFor(material)
    .find(({ id }) => id === wanted)
    ?.lay?.();
}

describe.each(Object.entries(folders))('%s', (_, material) => {
  const starts = startsFor(material).flatMap(({ id, lay }) =>
    lay === undefined || id === 'empty' ? [] : [[id, lay] as const],
  );

  it.each(starts)('gives a graph for “%s” that runs as it is', (_id, lay) => {
    const graph = lay();
    const options = {
      models: (id: string) => models.find((model) => model.id === id),
      file: 'new.graft.json',
      graphs: () => undefined,
    };
    expect(validateGraph(graph, registry, options)).toEqual([]);
    const tables = (patterns: readonly string[]) =>
      material.tables.filter(({ path }) => patterns.includes(path));
    const { warnings } = resolveGraph(graph, { registry, ...options, tables });
    // A text without a prompt cannot be trained in the form that is asked in.
    const isText = graph.nodes['dataset'] !== undefined && material.tables[0] === rows.texts;
    expect(warnings.map(({ location: { node } }) => node)).toEqual(
      isText ? ['after', 'train-lora'] : [],
    );
    expect(parseGraph(serializeGraph(graph))).toEqual(graph);
    for (const name of Object.keys(graph.experiments ?? {})) {
      expect(() => expandExperiment(graph, name, { registry, ...options })).not.toThrow();
    }
  });

  it.each(starts)('says in “%s” what each part does, and covers nothing', (_id, lay) => {
    const graph = lay();
    const written = Object.values(graph.notes ?? {});
    expect(written.filter(({ text }) => text.startsWith('# '))).toHaveLength(1);
    expect(written).toHaveLength(3);
    for (const { about } of written) {
      if (about !== undefined) expect(graph.nodes).toHaveProperty(about);
    }
    const cards = [
      ...Object.entries(graph.layout).map(([id, at]) => ({
        ...{ id, ...at, width: nodeWidth, height: nodeHeight(graph, id) },
      })),
      ...written.map((note, at) => ({ ...note, id: `note ${at}`, height: writtenHeight(note) })),
    ];
    const covered = cards.flatMap((card, at) =>
      cards.slice(at + 1).flatMap((other) => (meets(card, other) ? [[card.id, other.id]] : [])),
    );
    expect(covered).toEqual([]);
    const boxes = Object.values(graph.groups ?? {});
    for (const card of cards) {
      for (const box of boxes.filter((group) => meets(card, group))) {
        expect(card.x, card.id).toBeGreaterThanOrEqual(box.x);
        expect(card.x + card.width, card.id).toBeLessThanOrEqual(box.x + box.width);
        expect(card.y, card.id).toBeGreaterThanOrEqual(box.y);
        expect(card.y + card.height, card.id).toBeLessThanOrEqual(box.y + box.height);
      }
    }
  });
});

it('counts what lies in the folder, and says of what is missing what to add', () => {
  const titles = (material?: Material) => startsFor(material).map(({ title }) => title);
  expect(titles({ documents: [notes], tables: [rows.alpaca] })).toEqual([
    'Ask a model',
    'Ask these 5 documents',
    'Teach a model these 30 rows',
    'Compare settings',
    'Which way?',
    'Start empty',
  ]);
  expect(titles({ documents: [{ ...notes, count: 1 }], tables: [] })[1]).toBe('Ask this document');
  expect(titles()).toEqual([
    'Ask a model',
    'Ask documents',
    'Teach a model rows',
    'Compare settings',
    'Which way?',
    'Start empty',
  ]);
  expect(laid({ documents: [], tables: [] }, 'model')?.nodes['generate']?.params).toMatchObject({
    maxTokens: 512,
  });
  const missing = startsFor({ documents: [notes], tables: [] }).filter(({ lay }) => !lay);
  expect(missing.map(({ id, about }) => [id, about])).toEqual([
    ['teach', expect.stringContaining('prompt and completion')],
    ['compare', expect.stringContaining('question and answer')],
    ['which-way', expect.stringContaining('question and answer')],
  ]);
  expect(startsFor().at(-1)?.lay?.()).toEqual(emptyGraph);
});

it('says of a file with other columns which it has, and which are needed', () => {
  const about = (material: Material) =>
    Object.fromEntries(
      startsFor(material).flatMap(({ id, about: words, lay }) => (lay ? [] : [[id, words]])),
    );
  const other = table('pirate.jsonl', [{ a: 1, b: 2 }]);
  expect(about({ documents: [], tables: [{ ...answers, rows: 3 }, other] })).toEqual({
    ask: expect.stringMatching(/^asked\.csv has rows, not documents\. Needs text/),
    teach:
      'pirate.jsonl has the columns a, b. Teaching needs prompt and completion, or question and answer.',
    compare: 'asked.csv has questions with known answers. Comparing needs the documents, too.',
    'which-way':
      'asked.csv has questions with known answers. The comparison needs the documents, too.',
  });
  expect(about({ documents: [notes], tables: [other] })['compare']).toBe(
    'pirate.jsonl has the columns a, b. Comparing needs question and answer, or question and documents.',
  );
  const wide = table('wide.csv', [Object.fromEntries([...'abcdefghi'].map((name) => [name, 1]))]);
  expect(about({ documents: [], tables: [wide] })['teach']).toContain(
    'wide.csv has the columns a, b, c, d, e, f and 3 more.',
  );
});

it('measures by questions with answers, where no file has references', () => {
  for (const id of ['compare', 'which-way'] as const) {
    const asked = (tables: readonly TableFile[]) =>
      laid({ documents: [notes], tables }, id)?.nodes['questions']?.params['paths'];
    expect(asked([rows.asked])).toEqual(['pirate.jsonl']);
    expect(asked([rows.asked, answers])).toEqual(['asked.csv']);
    expect(asked([rows.alpaca, rows.completions])).toBeUndefined();
  }
});

it.each([
  ['ask', { documents: [notes], tables: [rows.alpaca, answers] }],
  ['teach', { documents: [], tables: [rows.alpaca, answers] }],
  ['model', { documents: [], tables: [answers] }],
] as const)('offers “%s” first', (best, material) => {
  expect(bestStart(startsFor(material))).toBe(best);
});

it('reads the files by paths below the workspace', () => {
  const { everything: whole = { documents: [], tables: [] } } = folders;
  const ask = laid({ ...whole, documents: [notes, pdfs, pages] }, 'ask');
  expect(ask?.nodes['files']?.params).toMatchObject({
    paths: ['*.md', 'letters ?old?/**/*.{pdf,html}'],
    extensions: ['md', 'pdf', 'html'],
  });
  expect(ask?.nodes['questions']?.params).toMatchObject({ paths: ['asked.csv'] });
  expect(laid(whole, 'compare')?.nodes['questions']?.params).toMatchObject({
    paths: ['data/asked.jsonl'],
  });
});

it.each([
  ['completions', 'What is a kiln?'],
  ['chats', 'Hello?'],
  ['shared', 'Hi?'],
  ['texts', 'Once upon a time.'],
] as const)('asks before and after what %s ask, which give no answer to each', (name, question) => {
  const graph = laid({ documents: [], tables: [rows[name]] }, 'teach');
  expect(graph?.nodes['questions']?.params['questions']).toBe(question);
  expect(graph?.nodes['dataset']?.params['files']).toEqual([rows[name].path]);
});

it.each(['alpaca', 'asked', 'pairs'] as const)(
  'reads the first rows of %s as questions, so that answers are compared with theirs',
  (name) => {
    const graph = laid({ documents: [], tables: [rows[name]] }, 'teach');
    expect(graph?.nodes['questions']?.params).toMatchObject({
      ...{ questions: '', paths: [rows[name].path], limit: 1 },
    });
  },
);

it.each([3, 30, 300])('trains on each of %i rows', (count) => {
  const graph = laid({ documents: [], tables: [{ ...rows.asked, rows: count }] }, 'teach');
  expect(graph?.nodes['dataset']?.params['evalShare']).toBe(0);
});

it('begins with the models that the person prefers', () => {
  const small = laid({ documents: [], tables: [rows.alpaca] }, 'teach');
  checks.getState().setModels([
    { ...facts('hf:o/writer:Q8_0', 'language-model'), preferred: true },
    { ...facts('vectors', 'embedder'), preferred: true },
  ]);
  const ask = laid({ documents: [notes], tables: [] }, 'ask');
  expect(ask?.nodes['base-model']?.params).toEqual({ model: 'hf:o/writer:Q8_0' });
  expect(ask?.nodes['embed']?.params).toMatchObject({ model: 'vectors' });
  // The rate that the small model bears is too high for others.
  const large = laid({ documents: [], tables: [rows.alpaca] }, 'teach');
  expect(large?.nodes['base-model']?.params).toEqual({ model: 'hf:o/writer:Q8_0' });
  expect(small?.nodes['train-lora']?.params['learningRate']).toBe(0.002);
  expect(large?.nodes['train-lora']?.params['learningRate']).toBe(2e-4);
});

it.each([
  ['architecture', facts('hf:o/mamba:Q8_0', 'language-model', 'mamba')],
  ['precision', { ...facts('hf:o/llama:IQ3_M', 'language-model'), dtype: 'iq3_m' }],
  ['format', { ...facts('hf:o/llama', 'language-model'), format: 'safetensors' as const }],
])('trains the small model where the preferred one cannot be trained by its %s', (_, preferred) => {
  const foreign = { ...preferred, preferred: true } as const;
  checks.getState().setModels([foreign]);
  const teach = laid({ documents: [], tables: [rows.alpaca] }, 'teach');
  expect(teach?.nodes['base-model']?.params).toEqual({ model: 'SmolLM2-135M-Instruct' });
  expect(teach?.nodes['train-lora']?.params['learningRate']).toBe(0.002);
  const ask = laid({ documents: [notes], tables: [] }, 'ask');
  expect(ask?.nodes['base-model']?.params).toEqual({ model: foreign.id });
});

describe('which way', () => {
  const material = { documents: [notes], tables: [answers, rows.asked] };
  const options = {
    models: (id: string) => models.find((model) => model.id === id),
    file: 'new.graft.json',
    graphs: () => undefined,
  };

  it('learns rows of another file than the one that judges, or questions that a model writes', () => {
    const graph = laid(material, 'which-way');
    expect(graph?.nodes['questions']?.params).toMatchObject({ paths: ['asked.csv'] });
    expect(graph?.nodes['learn']?.params).toMatchObject({ paths: ['pirate.jsonl'] });
    const alone = laid({ ...material, tables: [answers] }, 'which-way');
    expect(alone?.nodes['learn']?.type).toBe('make-dataset');
  });

  it.each(['answers', 'form', 'cost', 'changes'] as const)(
    'decides by what matters most: %s',
    (matters) => {
      const changed = {
        documents: [notes, { ...notes, folder: 'changed' }],
        tables: [answers, rows.asked, { ...answers, path: 'changed/asked.csv' }],
      };
      const start = startsFor(changed).find(({ id }) => id === 'which-way');
      expect(start?.goals).toContain(matters);
      const graph = start?.lay?.({ matters, minutes: 20 }) ?? emptyGraph;
      expect(validateGraph(graph, registry, options)).toEqual([]);
      const { metrics, prefer, limit } = graph.experiments?.['which-way'] ?? {};
      expect(limit).toEqual({ minutes: 20 });
      const decides = {
        ...{ answers: 'evaluate.metrics:accuracy', form: 'evaluate.metrics:rougeL' },
        ...{ cost: 'evaluate.metrics:accuracy', changes: 'evaluate-after.metrics:accuracy' },
      };
      expect(metrics?.[0]).toBe(decides[matters]);
      expect(new Set(metrics).size).toBe(metrics?.length);
      expect(metrics).toContain('evaluate.metrics:accuracy');
      expect(prefer?.slice(1, 3)).toEqual(
        matters === 'cost' ? ['LoRA', 'Full fine-tuning'] : ['Retrieval', 'LoRA'],
      );
    },
  );

  it('asks about changed documents only where there are some', () => {
    const start = startsFor(material).find(({ id }) => id === 'which-way');
    expect(start?.goals).toEqual(['answers', 'form', 'cost']);
  });

  it.each([
    ['Base model alone', []],
    ['Retrieval', ['chunk', 'embed', 'files', 'index']],
    ['LoRA', ['dataset', 'learn', 'train-lora']],
    ['LoRA and retrieval', ['index', 'learn', 'train-lora']],
    ['LoRA trained on retrieved prompts', ['index', 'learn', 'train-lora']],
    ['Full fine-tuning', ['dataset', 'fine-tune', 'learn']],
  ])('opens “%s” as a graph that runs by itself', (arm, kept) => {
    const graph = laid(material, 'which-way') ?? emptyGraph;
    const which = { experiment: 'which-way', arm, note: `# ${arm}` };
    const alone = armGraph(graph, which, { registry });
    expect(validateGraph(alone, registry, options)).toEqual([]);
    expect(resolveGraph(alone, { registry, ...options }).warnings).toEqual([]);
    expect(parseGraph(serializeGraph(alone))).toEqual(alone);
    expect([alone.graphs, alone.experiments]).toEqual([undefined, undefined]);
    const types = Object.values(alone.nodes).map(({ type }) => type);
    const nodes = [...Object.keys(alone.nodes), ...types];
    expect(nodes).toEqual(expect.arrayContaining(['generate', 'evaluate', ...kept]));
    if (arm === 'Retrieval') expect(nodes).not.toContain('learn');
  });
});

it('puts one passage before the small model, which mixes up two, and three before a larger one', () => {
  const material = { documents: [notes], tables: [answers, rows.asked] };
  const passages = () => {
    const { nodes, graphs = {} } = laid(material, 'which-way') ?? emptyGraph;
    const prompts = graphs['retrieval']?.nodes['prompts'];
    return [nodes['retrieve']?.params['k'], prompts?.params['top']];
  };
  expect(passages()).toEqual([1, 1]);
  checks.getState().setModels([{ ...facts('hf:o/w:Q8_0', 'language-model'), preferred: true }]);
  expect(passages()).toEqual([3, 3]);
});

it('keeps the headings of Markdown with their sections', () => {
  const chunkOf = (ending: 'md' | 'pdf') =>
    laid({ documents: [{ ...notes, ending }], tables: [] }, 'ask')?.nodes['chunk']?.params;
  expect(chunkOf('md')).toMatchObject({ method: 'markdown' });
  expect(chunkOf('pdf')).toMatchObject({ method: 'recursive' });
});

it('trains all weights at a tenth of the rate of an adapter, whatever the model', () => {
  const material = { documents: [notes], tables: [answers, rows.asked] };
  const rates = () => {
    const { graphs = {} } = laid(material, 'which-way') ?? emptyGraph;
    return ['lora', 'all-weights'].map(
      (way) => graphs[way]?.nodes['train']?.params['learningRate'],
    );
  };
  expect(rates()).toEqual([0.002, 0.0002]);
  checks.getState().setModels([{ ...facts('hf:o/w:Q8_0', 'language-model'), preferred: true }]);
  expect(rates()).toEqual([2e-4, 2e-5]);
});

it('finds a name that is free', () => {
  const taken = new Set(['ask-documents', 'ask-documents-2']);
  expect(freeName('ask-documents', (name) => taken.has(name))).toBe('ask-documents-3');
  expect(freeName('teach-model', (name) => taken.has(name))).toBe('teach-model');
  expect(freeName('', () => true)).toBe('');
});
