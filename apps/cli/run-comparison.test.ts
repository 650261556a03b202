import type { StepSummary } from '@graft/graph';
import { expect, it } from 'vitest';
import { compareSteps } from './run-comparison.ts';

const step = (node: string, size: string, digest: string): StepSummary => ({
  node,
  type: 'chunk',
  status: 'succeeded',
  ms: 10,
  outputs: { chunks: { digest, mediaType: 'x/y', size: 1 } },
  parts: [
    { name: 'type', value: 'chunk' },
    { name: 'param.size', value: size },
  ],
});

it('compares two runs node by node', () => {
  const rows = compareSteps(
    [step('gone', '1', 'a'), step('kept', '1', 'a'), step('changed', '1', 'a')],
    [step('kept', '1', 'a'), step('changed', '2', 'b'), step('added', '1', 'a')],
  );
  expect(rows.map(({ node, before, after, output }) => [node, before, after, output])).toEqual([
    ['kept', 'succeeded', 'succeeded', 'same output'],
    ['changed', 'succeeded', 'succeeded', 'other output'],
    ['added', undefined, 'succeeded', 'no output'],
    ['gone', 'succeeded', undefined, 'no output'],
  ]);
  expect(rows[1]?.parts).toEqual([{ name: 'param.size', before: '1', after: '2' }]);
});
