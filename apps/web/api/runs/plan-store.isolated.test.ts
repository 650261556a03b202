import { emptyGraph } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { usePlan } from './plan-store.ts';
import { provideNodeTypes, stepOf, runView } from '@graft/view';

const served = vi.hoisted(() => ({ plan: (): Promise<unknown> => Promise.resolve() }));
vi.mock('../client.ts', () => ({ api: { runs: { plan: { mutate: () => served.plan() } } } }));

const output = { digest: 'a'.repeat(64), mediaType: 'application/x-test', size: 1 };
const planned = {
  nodes: [{ node: 'embed-1', type: 'embed', verdict: 'hit', outputs: { vectors: output } }],
  problems: [],
};
const shown = (): string | undefined => stepOf(runView.getState(), 'embed-1')?.status;
const ask = (): Promise<void> => usePlan.getState().ask('a.graft.json', emptyGraph);
/** Has a plan say that a node has its result already, and waits until that is shown. */
async function keepOne(): Promise<void> {
  served.plan = () => Promise.resolve(planned);
  await ask();
  await expect.poll(() => shown()).toBe('cached');
}

it('shows what a plan found of a graph as long as there is that plan, and of no other file', async () => {
  provideNodeTypes(new Map());
  await keepOne();
  usePlan.getState().clear();
  expect(shown()).toBeUndefined();

  await keepOne();
  served.plan = () => Promise.reject(new Error('It cannot be planned.'));
  await ask();
  expect(shown()).toBeUndefined();
});
