import { expect, it } from 'vitest';
import { stateChecks } from './state-checks.ts';

it('shows a place for artifacts that is written wrongly as a broken check', async () => {
  const checks = await stateChecks({
    database: undefined,
    artifacts: { GRAFT_ARTIFACTS: 'http://bucket' },
  });
  expect(checks).toMatchObject([
    { id: 'database', status: 'ok' },
    {
      ...{ id: 'artifacts', status: 'broken', required: true },
      detail: expect.stringContaining('GRAFT_ARTIFACTS is not a place in S3') as string,
    },
  ]);
});
