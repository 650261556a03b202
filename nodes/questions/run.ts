import {
  askedRow,
  GraphError,
  implement,
  type Question,
  questionSchema,
  RowIds,
} from '@graft/graph';
import type { TableRow } from '../kit/text/jsonl-rows.ts';
import { tableRows } from '../kit/text/table-rows.ts';
import { questions } from './node.ts';

export const run = implement(questions, async (ctx, _inputs, params) => {
  const typed: Question[] = params.questions
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((question, at) => ({ id: `typed-${at + 1}`, question }));
  const most = params.limit === 0 ? Infinity : params.limit;
  const read: Question[] = [];
  for (const source of ctx.sources) {
    if (source.kind !== 'files') continue;
    for (const file of source.files) {
      if (read.length >= most) break;
      for await (const row of tableRows(file)) {
        read.push(questionOf(row, file.path));
        // A later row may have another shape.
        if (read.length >= most) break;
      }
      ctx.progress({ done: typed.length + read.length, unit: 'questions' });
    }
  }
  const rows = [...typed, ...read];
  if (rows.length === 0) {
    throw new GraphError(
      'bad-input',
      'There are no questions. Type one in, or choose a file with questions.',
      {
        location: { node: ctx.node, param: 'questions' },
      },
    );
  }
  const ids = new RowIds();
  return { questions: rows.map((row) => ({ ...row, id: ids.own(row.id) })) };
});

/** CSV contains only text: `;` or `|` separate lists, and yes or no are words. */
function questionOf({ values, row, line }: TableRow, file: string): Question {
  const { id, accept, choices, documents } = values;
  const { answerable, hard, paraphraseOf, group } = values;
  const { question, reference } = askedIn(values);
  const parsed = questionSchema.safeParse({
    id: id === undefined || id === '' ? `${file}:${row}` : String(id),
    question: typeof question === 'string' ? question.trim() : question,
    ...(reference === undefined || reference === '' ? {} : { reference }),
    ...(accept === undefined || accept === '' ? {} : { accept: listOf(accept) }),
    ...(choices === undefined || choices === '' ? {} : { choices: listOf(choices) }),
    ...(documents === undefined ? {} : { documents: listOf(documents) }),
    ...(answerable === undefined || answerable === '' ? {} : { answerable: truthOf(answerable) }),
    ...(hard === undefined || hard === '' ? {} : { hard: truthOf(hard) }),
    ...(paraphraseOf === undefined || paraphraseOf === '' ? {} : { paraphraseOf }),
    ...(group === undefined || group === '' ? {} : { group: String(group) }),
  });
  const location = { file, line };
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GraphError(
      'bad-input',
      `${file}, line ${line}: ${issue?.path.join('.') ?? 'the row'}: ${issue?.message ?? 'is not a question'}.`,
      { location, cause: parsed.error },
    );
  }
  if (parsed.data.question === '') {
    throw new GraphError('bad-input', `${file}, line ${line}: the question is empty.`, {
      location,
    });
  }
  return parsed.data;
}

/** The question and its reference, under the node's own names, else as a row to train on has them. */
function askedIn(values: TableRow['values']): { question: unknown; reference: unknown } {
  const { question, reference } = values;
  const trained = askedRow(values);
  // A plain text asks nothing.
  if (trained?.answer === undefined) return { question, reference };
  return {
    question: question ?? trained.question,
    reference: reference === undefined || reference === '' ? trained.answer : reference,
  };
}

function listOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(/[;|]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
function truthOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(true|yes|1)$/i.test(value.trim())) return true;
  return /^(false|no|0)$/i.test(value.trim()) ? false : value;
}
