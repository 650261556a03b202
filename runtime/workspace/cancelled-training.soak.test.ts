import { expect, it } from 'vitest';
import { cancelTrainings, expectContinued } from './testing/cancelled-trainings.ts';

it('loses at most 20 steps of a training that is cancelled twenty times, and says where it continues', async () => {
  const attempts = await cancelTrainings({ count: 20, seed: 2026, within: 6000 });
  expect(attempts).toHaveLength(20);
  expectContinued(attempts);
}, 1_200_000);
