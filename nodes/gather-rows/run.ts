import { canonicalJson, implement, Metrics, metricRowSchema, type Question } from '@graft/graph';
import { gatherRows } from './node.ts';

export const run = implement(gatherRows, async (ctx, { rows: inputs }, { type }) => {
  // A Map keeps the position of a key that is set again.
  const gathered = new Map<string, Question>();
  const total = inputs.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  for (const input of inputs) {
    for await (const row of input.rows()) {
      gathered.set(itemOf(type, row), row);
      done += 1;
      if (done % 1000 === 0) ctx.progress({ done, total, unit: 'rows' });
    }
    ctx.signal.throwIfAborted();
  }
  return { rows: gathered.values() };
});

/** What identifies a row: its id; for metrics the measured item; else its whole content. */
function itemOf(type: string, row: unknown): string {
  if (type === Metrics.id) {
    const { series, step, label, item, question } = metricRowSchema.parse(row);
    return canonicalJson([series, step ?? null, label ?? null, item ?? null, question ?? null]);
  }
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined;
  return canonicalJson(typeof id === 'string' ? { id } : { row });
}
