import {
  type Answer,
  type Document,
  GraphError,
  implement,
  plural,
  type Question,
  type RowsInput,
  type RunContext,
  type Span,
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
    else rows.add({ source: sourceOf(document), wordings, value });
  }
  if (without > 0) {
    ctx.log(
      'warning',
      `${plural(without, 'row')} can answer nothing: a key or the answer is empty.`,
    );
  }
  /** By question; undefined if it stays open. */
  const found: (TableRow | undefined)[] = [];
  let torn = 0;
  for await (const { question } of questions.rows()) {
    const all = rows.find(new Set(contentWords(question)));
    const isTorn = all.some(({ value }) => value !== all[0]?.value);
    found.push(isTorn ? undefined : all[0]);
    if (isTorn) torn += 1;
  }
  const several = torn === 0 ? '' : ` For ${plural(torn, 'other')}, several rows disagree.`;
  const answered = found.filter((row) => row !== undefined).length;
  ctx.log('info', `The table answers ${answered} of ${found.length} questions.${several}`);
  return { answers: answersOf(questions, found), open: openOf(questions, found) };
});

type Found = readonly (TableRow | undefined)[];

async function* answersOf(questions: RowsInput<Question>, found: Found): AsyncGenerator<Answer> {
  let at = 0;
  for await (const question of questions.rows()) {
    const row = found[at++];
    if (row !== undefined) yield answerOf(question, row);
  }
}

async function* openOf(questions: RowsInput<Question>, found: Found): AsyncGenerator<Question> {
  let at = 0;
  for await (const question of questions.rows()) if (found[at++] === undefined) yield question;
}

function columnsOf({ metadata, text, title }: Document): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) columns[name] = String(value ?? '');
  return { ...columns, text, title };
}

interface Column {
  readonly columns: Readonly<Record<string, string>>;
  /** Id of the row. */
  readonly id: string;
  readonly name: string;
  /** Parameter that names the column. */
  readonly param: 'keys' | 'answer';
}

/** Throws `missing-column`. */
function columnOf(ctx: RunContext, { columns, id, name, param }: Column): string {
  const value = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (value !== undefined) return value;
  throw new GraphError(
    'missing-column',
    `The row ${id} has no column "${name}", only ${Object.keys(columns).join(', ')}. The columns that make up its text cannot be used.`,
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

function sourceOf({ id, path, title, text, offset, line }: Document): Span {
  const lines = text.split('\n').length - 1;
  return {
    ...{ documentId: id, path, title, start: offset, end: offset + text.length },
    ...{ firstLine: line, lastLine: line + lines },
  };
}

function answerOf(question: Question, { source, value }: TableRow): Answer {
  return {
    ...{ id: question.id, question, text: value },
    citations: [{ number: 1, chunkId: source.documentId, source, by: 'attributed' }],
    ...{ promptTokens: 0, completionTokens: 0, finishReason: 'stop' },
  };
}
