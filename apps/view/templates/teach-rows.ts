import {
  detectFormat,
  isTrainablePrecision,
  paramFields,
  plural,
  type TableFile,
  trainableArchitectures,
} from '@graft/graph';
import { checks, nodeTypes } from '../document/lookups.ts';
import { askedByRows, hasAnswers, systemOfRows } from './folder-files.ts';
import { groupsTop, titleNote, type Template } from './lay-graph.ts';

/** Fewer rows are gone through more often. */
const someRows = 200;

/** A model that Graft can train and then ask: the one that the person prefers, else the small one. */
export function trainableBase(): {
  readonly params: Readonly<Record<string, unknown>>;
  readonly isSmall: boolean;
} {
  const isSmall = !prefersTrainable();
  return { isSmall, params: isSmall ? { model: smallModel() } : {} };
}

/** Whether the person prefers a model that Graft can train and then ask: one in GGUF. */
function prefersTrainable(): boolean {
  const { preferred, models } = checks.getState();
  const facts = models(preferred.get('language-model') ?? '');
  return (
    facts?.format === 'gguf' &&
    trainableArchitectures.includes(facts.architecture) &&
    isTrainablePrecision(facts.dtype ?? '')
  );
}

/** The model of a new node where nobody prefers another: Graft can train it. */
function smallModel(): unknown {
  const type = nodeTypes().get('base-model');
  return type && paramFields(type).find(({ name }) => name === 'model')?.default;
}

/** A training that suits so many rows. The small model bears a high learning rate. */
export function trainingOf(
  table: TableFile | undefined,
  isSmall: boolean,
): Readonly<Record<string, unknown>> {
  const rows = table?.rows ?? someRows;
  return {
    ...{ batch: 4, epochs: rows < someRows ? 8 : 3, onLong: 'truncate' },
    ...(isSmall ? { learningRate: 0.002 } : {}),
  };
}

/** The first rows as questions with their answers as references; typed, where a row has no answer to compare with. */
function questionsOf(table: TableFile): Readonly<Record<string, unknown>> {
  const { path, head } = table;
  if (hasAnswers(table)) {
    return { paths: [path], limit: head.length };
  }
  const asked = askedByRows(table);
  return { questions: asked.length === 0 ? 'What have you learned?' : asked.join('\n') };
}

/** Rows of a file, trained into an adapter; questions, answered without and with it. */
export function teachRows(table: TableFile): Template {
  const format = detectFormat(table.columns);
  const dataset = {
    // Facts to memorise: a row that is held back is one that the model cannot answer.
    ...{ files: [table.path], evalShare: 0 },
    // Trained in the form in which Generate asks.
    ...(format === 'prompt-completion' ? { template: 'chat' } : {}),
  };
  const questions = questionsOf(table);
  const base = trainableBase();
  const asking = { system: systemOfRows(table), maxTokens: 64 };
  return {
    nodes: {
      'base-model': {
        ...{ type: 'base-model', at: [20, 86] },
        params: base.params,
      },
      dataset: { type: 'load-dataset', at: [262, 86], params: dataset },
      'train-lora': { type: 'train-lora', at: [504, 86], params: trainingOf(table, base.isSmall) },
      questions: {
        ...{ type: 'questions', at: [20, 388] },
        params: questions,
      },
      prompt: { type: 'prompt', at: [262, 388] },
      before: { type: 'generate', at: [504, 388], title: 'Before: the base alone', params: asking },
      after: { type: 'generate', at: [746, 388], title: 'After: with the adapter', params: asking },
    },
    edges: [
      ...['base-model.model -> dataset.model', 'base-model.model -> train-lora.model'],
      ...['base-model.model -> before.model', 'base-model.model -> after.model'],
      ...['dataset.dataset -> train-lora.dataset', 'train-lora.adapter -> after.adapters'],
      ...['questions.questions -> prompt.questions'],
      ...['prompt.prompts -> before.prompts', 'prompt.prompts -> after.prompts'],
    ],
    groups: {
      learn: { title: 'Learn', x: 2, y: groupsTop, width: 726, height: 266 },
      ask: { title: 'Ask before and after', x: 2, y: 342, width: 968, height: 270 },
    },
    notes: {
      start: titleNote(
        `# Teach a model ${plural(table.rows, 'row')}\n\nAn adapter learns the rows of ${codeOf(table.path)}; the model itself does not change. Press **Run** (Ctrl ↵): Graft trains the adapter, then asks the same questions without it and with it.\n\nTraining uses all rows. To see whether training helps with rows that it has not seen, use _For evaluation_ in _Dataset_ to hold back at least 20.`,
      ),
      questions: {
        text: `${'paths' in questions ? 'The first training rows, with their answers for comparison' : 'The questions of the first training rows'}. Type others to see what the model has learned beyond them.`,
        ...{ about: 'questions', x: 20, y: 640, width: 206 },
      },
      after: {
        text: '**Compare side by side** shows both answers to each question. The adapter was trained on these rows: **Ask** something else to see what it has learned beyond them. If answers are wrong, raise _Epochs_ in _Train LoRA_.',
        ...{ about: 'after', x: 746, y: 640, width: 206 },
      },
    },
  };
}

/** A path in Markdown, as it is. */
const codeOf = (path: string): string => `\`${path.replaceAll('`', '')}\``;
