import {
  type Answer,
  type Document,
  GraphError,
  implement,
  type Question,
  type RunContext,
} from '@graft/graph';
import { contentWords } from '../kit/text/content-words.ts';
import { lookUp } from './node.ts';
import { type TableRow, TableRows } from './table-rows.ts';

export const run = implement(lookUp, async (ctx, { questions, table }, { keys, answer }) => {
  const rows = new TableRows();
  let without = 0;
  for await (const document of table.rows()) {
    ctx.signal.throwIfAborted();
    const columns = columnsOf(document);
    const wordings = keys.map((name) =>
      wordingsOf(columnOf(ctx, { columns, id: document.id, name, param: 'keys' })),
    );
    const value = answer
      .replace(/\{([^{}]+)\}/g, (_, name: string) =>
        columnOf(ctx, { columns, id: document.id, name, param: 'answer' }),
      )
      .trim();
    if (value === '' || wordings.some((all) => all.length === 0)) without += 1;
    else rows.add({ document, wordings, value });
  }
  if (without > 0) {
    ctx.log(
      'warning',
      `${without} rows have no word in a key, or nothing to answer, and answer nothing.`,
    );
  }
  const answers: Answer[] = [];
  const open: Question[] = [];
  let torn = 0;
  for await (const question of questions.rows()) {
    const found = rows.find(new Set(contentWords(question.question)));
    const [row] = found;
    const values = new Set(found.map(({ value }) => value));
    if (row !== undefined && values.size === 1) answers.push(answerOf(question, row));
    else {
      open.push(question);
      if (values.size > 1) torn += 1;
    }
  }
  const several = torn === 0 ? '' : ` ${torn} of them by several rows that say otherwise.`;
  ctx.log(
    'info',
    `${answers.length} of ${answers.length + open.length} questions are answered by the table.${several}`,
  );
  return { answers, open };
});

function columnsOf({ metadata, text, title }: Document): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) columns[name] = String(value ?? '');
  return { ...columns, text, title };
}

interface Column {
  readonly columns: Readonly<Record<string, string>>;
  /** Of the row. */
  readonly id: string;
  readonly name: string;
  /** That names the column. */
  readonly param: 'keys' | 'answer';
}

/** Throws `missing-column`. */
function columnOf(ctx: RunContext, { columns, id, name, param }: Column): string {
  const value = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (value !== undefined) return value;
  throw new GraphError(
    'missing-column',
    `The row ${id} has no column "${name}"; it has ${Object.keys(columns).join(', ')}. Columns that make up the text are no columns any more.`,
    { location: { node: ctx.node, param } },
  );
}

/** The words of each wording of a key. */
function wordingsOf(value: string): string[][] {
  return value
    .split('|')
    .map((wording) => [...new Set(contentWords(wording))])
    .filter((words) => words.length > 0);
}

function answerOf(question: Question, { document, value }: TableRow): Answer {
  const { id, path, title, text, offset, line } = document;
  const lines = text.split('\n').length - 1;
  const source = {
    ...{ documentId: id, path, title, start: offset, end: offset + text.length },
    ...{ firstLine: line, lastLine: line + lines },
  };
  return {
    ...{ id: question.id, question, text: value },
    citations: [{ number: 1, chunkId: id, source, by: 'attributed' }],
    ...{ promptTokens: 0, completionTokens: 0, finishReason: 'stop' },
  };
}
