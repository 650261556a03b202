import {
  GraphError,
  implement,
  type Question,
  questionOfRow,
  type RowsInput,
  seededOrder,
} from '@graft/graph';
import { sampleRows } from './node.ts';

export const run = implement(sampleRows, async (ctx, { rows }, { share, least, seed }) => {
  const questions = new Set<string>();
  for await (const row of rows.rows()) {
    ctx.signal.throwIfAborted();
    questions.add(questionOf(row, ctx.node));
  }
  // 240 × 2/6 must be exactly 80.
  const wanted = Math.max(least, Math.ceil(questions.size * share - 1e-9));
  const taken = new Set(seededOrder(questions, seed).slice(0, wanted));
  return { rows: those(rows, (row) => taken.has(questionOf(row, ctx.node))) };
});

async function* those(
  rows: RowsInput<Question>,
  isTaken: (row: unknown) => boolean,
): AsyncGenerator<Question> {
  for await (const row of rows.rows()) if (isTaken(row)) yield row;
}

/** The unit of sampling: a row's question, else the row itself. */
function questionOf(row: unknown, node: string): string {
  const known = questionOfRow(row);
  if (known !== undefined) return known;
  throw new GraphError(
    'bad-input',
    'A row has neither an id nor an item, so the node cannot draw it. Curves and summaries have such rows: draw from the measured rows instead.',
    { location: { node, port: 'rows' } },
  );
}
