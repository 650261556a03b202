import { defineNode, implement, Questions } from '@graft/graph';
import { z } from 'zod';

/** As trivial as a node can be: one more than the sum of its inputs. `label` keeps equal nodes from sharing a key. */
export const sumNode = defineNode({
  type: 'sum',
  version: 1,
  implementation: 1,
  title: 'Sum',
  group: 'sources',
  doc: 'One more than the sum of its inputs.',
  inputs: { terms: { type: Questions, doc: 'Numbers.', many: true, optional: true } },
  outputs: { sum: { type: Questions, doc: 'The sum.' } },
  params: z.strictObject({ label: z.string().default('').meta({ title: 'Label' }) }),
  summary: () => [],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});

export const sumImplementation = implement(sumNode, async (_ctx, { terms }) => {
  let sum = 1;
  for (const term of terms) {
    for await (const { question } of term.rows()) sum += Number(question);
  }
  return { sum: [{ id: 'sum', question: String(sum % 1e9) }] };
});
