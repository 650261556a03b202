import { detectFormat, plural, type Material, type TableFile } from '@graft/graph';
import { searchable, searchableEdges, searchableGroup } from './ask-documents.ts';
import { countDocuments, hasAnswers, questionTable } from './folder-files.ts';
import { titleNote, type LaidNode, type Template, type TemplateBody } from './lay-graph.ts';
import { trainableBase, trainingOf } from './teach-rows.ts';
import { usualWay, type WayGoal, wayGoals, type WayOptions, type WayRule } from './way-goals.ts';

/**
 * Passages in a prompt, each of `chunkSize` tokens: few and short, so that training on them fits a small machine. The
 * small model mixes up two passages (bench/which-way/README.md).
 */
const passagesOf = (isSmall: boolean): number => (isSmall ? 1 : 3);
const chunkSize = 128;
/** The height of the groups of one row of nodes. */
const rowHeight = 256;
/** Tokens of a training row without and with passages. */
const rowLength = 256;
const promptLength = 512;

/** The goals that a folder offers: `changes` needs documents after a change. */
export const goalsOf = ({ changed }: WayFiles): readonly WayGoal[] =>
  changed === undefined ? ['answers', 'form', 'cost'] : ['answers', 'form', 'cost', 'changes'];

/** How a way learns and is asked. */
interface Way {
  readonly name: string;
  /** Passages in its prompts. */
  readonly reads?: true;
  /** What it trains, if anything; the prompts that it learns have passages if `learns` says so. */
  readonly trains?: 'adapter' | 'all weights';
  readonly learns?: 'passages';
}

/** From the one that takes least work to the one that takes most. */
const ways: Readonly<Record<string, Way>> = {
  base: { name: 'Base model alone' },
  retrieval: { name: 'Retrieval', reads: true },
  lora: { name: 'LoRA', trains: 'adapter' },
  'lora-and-retrieval': { name: 'LoRA and retrieval', trains: 'adapter', reads: true },
  'lora-on-passages': {
    ...{ name: 'LoRA trained on retrieved prompts', trains: 'adapter' },
    ...{ reads: true, learns: 'passages' },
  },
  'all-weights': { name: 'Full fine-tuning', trains: 'all weights' },
};

/** The folder with the documents as they are after a change, and with questions about them. */
const changedFolder = 'changed';

const isChanged = (path: string): boolean =>
  path === changedFolder || path.startsWith(`${changedFolder}/`);

/** What a folder holds for the comparison. */
export interface WayFiles {
  readonly documents: Material;
  /** Questions with references, by which the ways are judged. */
  readonly judged: TableFile | undefined;
  /** Other rows with questions and answers to learn. */
  readonly rows: TableFile | undefined;
  /** Documents as they are after a change, and questions about them. */
  readonly changed: { readonly documents: Material; readonly judged: TableFile } | undefined;
}

export function wayFiles(material: Material): WayFiles {
  const partOf = (after: boolean): Material => ({
    documents: material.documents.filter(({ folder }) => isChanged(folder) === after),
    tables: material.tables.filter(({ path }) => isChanged(path) === after),
  });
  const [documents, changed] = [partOf(false), partOf(true)];
  const judged = questionTable(documents, 'reference');
  const judgedAfter =
    countDocuments(changed) === 0 ? undefined : questionTable(changed, 'reference');
  const rows = documents.tables
    .filter((table) => table.path !== judged?.path && isLearned(table))
    .toSorted((a, b) => b.rows - a.rows)
    .at(0);
  return {
    ...{ documents, judged, rows },
    changed: judgedAfter && { documents: changed, judged: judgedAfter },
  };
}

/** Whether a file has rows with questions and answers to learn. */
function isLearned(table: TableFile): boolean {
  const { columns } = table;
  return (
    (detectFormat(columns) !== undefined || columns.includes('reference')) && hasAnswers(table)
  );
}

/**
 * The same questions asked of a model alone, with retrieval, with an adapter, with both and after full fine-tuning: an
 * experiment that recommends one of them.
 */
export function whichWay(
  { documents, rows, changed }: WayFiles,
  judged: TableFile,
  { matters, minutes }: WayOptions = usualWay,
): Template {
  const goal = wayGoals[matters];
  const base = trainableBase();
  const passages = passagesOf(base.isSmall);
  const after = changed === undefined ? noChange : afterChange(changed, passages);
  const learn: LaidNode =
    rows === undefined
      ? {
          ...{ type: 'make-dataset', at: [1006, 86], title: 'Questions to learn from' },
          params: { unanswerable: 0 },
        }
      : {
          ...{ type: 'questions', at: [1006, 86], title: 'Rows to learn from' },
          params: { paths: [rows.path] },
        };
  const training = trainingOf(rows, base.isSmall);
  const graphs = Object.fromEntries(
    Object.entries(ways).map(([id, way]) => [id, bodyOf(way, { training, passages })]),
  );
  return {
    nodes: {
      ...shortPassages(documents),
      learn,
      'find-learned': {
        ...{ type: 'retrieve', at: [1248, 86], title: 'Passages for learning' },
        params: { k: passages },
      },
      questions: { type: 'questions', at: [20, 378], params: { paths: [judged.path] } },
      retrieve: { type: 'retrieve', at: [262, 378], params: { k: passages } },
      'base-model': { type: 'base-model', at: [504, 378], params: base.params },
      way: {
        ...{ type: 'graph', at: [746, 378], title: 'The way' },
        params: { use: '#retrieval' },
      },
      evaluate: { type: 'evaluate', at: [988, 378] },
      ...after.nodes,
    },
    edges: [
      ...searchableEdges,
      ...(rows === undefined
        ? ['chunk.chunks -> learn.chunks', 'base-model.model -> learn.model']
        : []),
      ...['index.index -> find-learned.index', 'learn.questions -> find-learned.questions'],
      ...['find-learned.hits -> way.learned', 'retrieve.hits -> way.asked'],
      ...['base-model.model -> way.model', 'way.answers -> evaluate.answers'],
      ...after.edges,
    ],
    graphs,
    groups: {
      documents: { ...searchableGroup, height: rowHeight },
      learn: { title: 'What training learns from', x: 988, y: 40, width: 484, height: rowHeight },
      ask: {
        title: 'The same questions, asked each way',
        ...{ x: 2, y: 332, width: 1210, height: rowHeight },
      },
      ...after.groups,
    },
    experiments: {
      'which-way': {
        doc: 'Which way answers the most questions correctly: the model alone, retrieval, LoRA, both, or full fine-tuning?',
        arms: Object.fromEntries(
          Object.entries(ways).map(([id, { name }]) => [
            name,
            {
              set: Object.fromEntries(
                ['way', ...after.ways].map((node) => [`${node}.use`, `#${id}`]),
              ),
            },
          ]),
        ),
        baseline: ways['base']?.name ?? '',
        metrics: [
          ...new Set([
            ...[goal.metric, 'evaluate.metrics:accuracy'],
            ...[...after.metrics, 'evaluate.metrics:falseAbstention'],
          ]),
        ],
        prefer: inPreference(goal).map(({ name }) => name),
        limit: { minutes },
      },
    },
    notes: {
      start: titleNote(
        `# Which way: retrieval, LoRA or fine-tuning?\n\nOpen **Experiments** below and run _which-way_. It asks ${plural(judged.rows, 'question')} of \`${judged.path.replaceAll('`', '')}\` six ways, for at most ${plural(minutes, 'minute')}, and recommends one way if the results are clear enough. ${goal.decides} If time runs out, run it again to continue.`,
        1000,
      ),
      learn: {
        text: `${
          rows === undefined
            ? 'No file has rows to learn from, so the model writes questions about the documents. A small model writes poor ones; rows of your own, with the columns _question_ and _answer_, work better.'
            : 'Adapters and full fine-tuning learn from these rows. Keep the questions below out of them.'
        }`,
        ...{ about: 'find-learned', x: 1248, y: 314, width: 226 },
      },
      way: {
        text: 'Each way is a subgraph: open it to change how it trains or asks. _Subgraph_ chooses the one that **Run** uses.',
        ...{ about: 'way', x: 746, y: 610, width: 226 },
      },
    },
  };
}

/** The ways, in the order in which equally good ones are preferred. */
function inPreference({ prefersShort }: WayRule): readonly Way[] {
  const fromLeastWork = Object.values(ways);
  return prefersShort === true
    ? fromLeastWork.toSorted((a, b) => Number(a.reads ?? false) - Number(b.reads ?? false))
    : fromLeastWork;
}

/** Documents to an index of passages that are short enough to train on. */
const shortPassages = (documents: Material): Readonly<Record<string, LaidNode>> =>
  Object.fromEntries(
    Object.entries(searchable(documents)).map(([id, node]) => [
      id,
      id === 'chunk' ? { ...node, params: { ...node.params, size: chunkSize } } : node,
    ]),
  );

/** What is laid for the documents after a change. */
interface AfterChange extends TemplateBody, Pick<Template, 'groups'> {
  readonly ways: readonly string[];
  readonly metrics: readonly string[];
}

const noChange: AfterChange = { nodes: {}, edges: [], groups: {}, ways: [], metrics: [] };

/** The same ways asked about the documents after a change: what was trained stays, the index is new. */
function afterChange(
  { documents, judged }: NonNullable<WayFiles['changed']>,
  passages: number,
): AfterChange {
  const y = 778;
  const lower = y + 262;
  const files = Object.entries(shortPassages(documents)).map(([id, node]): [string, LaidNode] => [
    `${id}-after`,
    { ...node, at: [node.at[0], y] },
  ]);
  return {
    nodes: {
      ...Object.fromEntries(files),
      'questions-after': {
        ...{ type: 'questions', at: [20, lower], title: 'Questions after the change' },
        params: { paths: [judged.path] },
      },
      'retrieve-after': { type: 'retrieve', at: [262, lower], params: { k: passages } },
      'way-after': {
        ...{ type: 'graph', at: [746, lower], title: 'The way, without new training' },
        params: { use: '#retrieval' },
      },
      'evaluate-after': {
        type: 'evaluate',
        at: [988, lower],
        title: 'Evaluate after the change',
      },
    },
    edges: [
      ...[
        'files-after.documents -> chunk-after.documents',
        'chunk-after.chunks -> embed-after.chunks',
      ],
      ...[
        'embed-after.embeddings -> index-after.embeddings',
        'index-after.index -> retrieve-after.index',
      ],
      ...[
        'questions-after.questions -> retrieve-after.questions',
        'retrieve-after.hits -> way-after.asked',
      ],
      ...['find-learned.hits -> way-after.learned', 'base-model.model -> way-after.model'],
      'way-after.answers -> evaluate-after.answers',
    ],
    groups: {
      after: { title: 'After the documents changed', x: 2, y: y - 46, width: 1210, height: 518 },
    },
    ways: ['way-after'],
    metrics: ['evaluate-after.metrics:accuracy'],
  };
}

/** Full fine-tuning bears a tenth of the rate of an adapter; a training without a rate of its own takes the usual ones. */
const allWeightsRate = ({ learningRate }: Readonly<Record<string, unknown>>): number =>
  typeof learningRate === 'number' ? learningRate / 10 : 2e-5;

interface WaySettings {
  readonly training: Readonly<Record<string, unknown>>;
  /** Passages in a prompt of a way that reads. */
  readonly passages: number;
}

/** What a way does with the hits of what is learned and asked. All have the same inputs, so that they can be exchanged. */
function bodyOf(way: Way, { training, passages }: WaySettings): TemplateBody {
  const { trains, reads, learns } = way;
  const input = (type: string, y: number, doc: string): LaidNode => ({
    ...{ type: 'input', at: [20, y] },
    params: { type, doc },
  });
  const isAdapter = trains === 'adapter';
  const learning: Readonly<Record<string, LaidNode>> =
    trains === undefined
      ? {}
      : {
          'learned-prompts': {
            ...{ type: 'inject-context', at: [262, 40], title: 'Prompts to learn from' },
            params: { top: learns === 'passages' ? passages : 0 },
          },
          dataset: {
            ...{ type: 'prompts-to-dataset', at: [504, 40] },
            // Trained and asked without a system prompt, whether passages are there or not.
            params: { citations: false, unsupported: 'answer', system: '' },
          },
          train: {
            ...{ type: isAdapter ? 'train-lora' : 'fine-tune', at: [746, 40] },
            params: {
              ...training,
              maxLength: learns === 'passages' ? promptLength : rowLength,
              ...(isAdapter ? {} : { learningRate: allWeightsRate(training) }),
            },
          },
        };
  return {
    nodes: {
      learned: input('hits', 40, 'Questions to learn from, with their answers and passages.'),
      asked: input('hits', 236, 'Questions to answer, with passages.'),
      model: input('model', 432, 'The model that is asked.'),
      ...learning,
      prompts: {
        ...{ type: 'inject-context', at: [262, 236] },
        params: { top: reads === true ? passages : 0 },
      },
      generate: { type: 'generate', at: [988, 236], params: { maxTokens: 64, system: '' } },
      answers: { type: 'output', at: [1230, 236], params: { doc: 'The answers.' } },
    },
    edges: [
      ...['asked.value -> prompts.hits', 'prompts.prompts -> generate.prompts'],
      'generate.answers -> answers.value',
      ...(trains === undefined
        ? ['model.value -> generate.model']
        : [
            ...[
              'learned.value -> learned-prompts.hits',
              'learned-prompts.prompts -> dataset.prompts',
            ],
            ...['dataset.dataset -> train.dataset', 'model.value -> train.model'],
            ...(isAdapter
              ? ['model.value -> generate.model', 'train.adapter -> generate.adapters']
              : ['train.model -> generate.model']),
          ]),
    ],
  };
}
