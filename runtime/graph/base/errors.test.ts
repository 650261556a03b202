import { expect, it } from 'vitest';
import { GraphError } from './errors.ts';

it('says what failed first where clearing up failed as well', async () => {
  async function work(): Promise<void> {
    await using _used = {
      [Symbol.asyncDispose]: () => Promise.reject(new Error('not cleared up')),
    };
    throw new GraphError('no-space', 'The disk is full.', { location: { file: 'a' } });
  }
  const thrown = await work().then(
    () => undefined,
    (error: unknown) => GraphError.from(error, { node: 'n' }),
  );
  expect(thrown).toMatchObject({ code: 'no-space', location: { file: 'a', node: 'n' } });
});
