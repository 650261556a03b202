import { expect, it } from 'vitest';
import { cancelTrainings, expectContinued } from './testing/cancelled-trainings.ts';

it('continues a training that was cancelled at any moment from where it was, and says so', async () => {
  const attempts = await cancelTrainings(1, 22);
  expect(attempts).toHaveLength(1);
  expectContinued(attempts);
});
