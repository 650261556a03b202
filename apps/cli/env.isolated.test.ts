import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

it.each([
  ['', undefined],
  ['/state', '/state'],
])('takes a setting of %j for %j', async (value, expected) => {
  vi.stubEnv('GRAFT_TOKEN', value);
  vi.stubEnv('GRAFT_STATE', value);
  const { env } = await import('./env.ts');
  expect([env.token, env.stateFolder]).toEqual([expected, expected]);
});
