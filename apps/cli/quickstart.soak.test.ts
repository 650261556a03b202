import { expect, it } from 'vitest';
import { answerable, Quickstart } from './testing/quickstart.ts';

it('answers neither by passages nor by the adapter alone what both together answer', async () => {
  await using quickstart = await Quickstart.open(answerable);
  expect((await quickstart.rightWith()).length).toBeGreaterThanOrEqual(5);
  const retrieval = await quickstart.rightWith('generate.adapterWeights=[0]');
  expect(retrieval.length).toBeLessThanOrEqual(1);
  // Without passages it abstains, which is right of the one question that the handbook does not answer.
  const adapter = await quickstart.rightWith('inject-context.top=0');
  expect(adapter.length).toBeLessThanOrEqual(2);
});
