import type { RunRecord } from '@graft/graph';
import { beforeAll, expect, it, vi } from 'vitest';

let runsOfVariants: typeof import('./compare-variants.ts').runsOfVariants;
beforeAll(async () => {
  vi.stubGlobal('location', new URL('http://graft/'));
  ({ runsOfVariants } = await import('./compare-variants.ts'));
});

const run = (id: string, variant: string, seed?: number): RunRecord => ({
  ...{ id, variant, file: 'a.graft.json', status: 'succeeded', startedAt: 0, owner: '' },
  ...(seed === undefined ? {} : { seed }),
});
const idsOf = (runs: readonly RunRecord[], variant: string) =>
  runsOfVariants(runs, 'base', variant)?.map(({ id }) => id);

it('takes runs of one seed, the first of those that both have', () => {
  const newestFirst = [
    ...[run('b2', 'b', 2), run('a2', 'a', 2), run('base2', 'base', 2)],
    ...[run('a1', 'a', 1), run('base1', 'base', 1)],
  ];
  expect(idsOf(newestFirst, 'a')).toEqual(['base1', 'a1']);
  expect(idsOf(newestFirst, 'b')).toEqual(['base2', 'b2']);
});

it('takes of a race the look that saw most, and none where one is missing', () => {
  const runs = [run('base look 2', 'base'), run('a look 1', 'a'), run('base look 1', 'base')];
  expect(idsOf(runs, 'a')).toEqual(['base look 2', 'a look 1']);
  expect(idsOf(runs, 'gone')).toBeUndefined();
});
