import { expect, it } from 'vitest';
import { cancelTrainings, expectContinued } from './testing/cancelled-trainings.ts';

// cancelled-training.soak.test.ts cancels more often, and later.
it('continues a training that was cancelled at any moment from where it was, and says so', async () => {
  const attempts = await cancelTrainings({ count: 2, seed: 22, within: 2000 });
  expect(attempts).toHaveLength(2);
  expectContinued(attempts);
});
