import { expect, it, vi } from 'vitest';
import { driftAt } from './plan-report.ts';

vi.mock('../client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const drift = [
  {
    ...{ kind: 'files' as const, name: 'a.txt', message: 'a.txt has changed' },
    ...{ locked: 'a', now: 'b', nodes: ['reflect/docs', 'again'] },
  },
];

it.each([
  ['reflect', 1],
  ['reflect#2/docs', 1],
  ['again', 1],
  ['reflect#2/grade', 0],
  // Another whose name begins alike.
  ['refl', 0],
  ['reflect/do', 0],
])('a source that changed is told of at %s: %i', (path, count) => {
  expect(driftAt(drift, path)).toHaveLength(count);
});
