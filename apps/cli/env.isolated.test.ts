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

it('keeps the address of the database, with its password, from child processes', async () => {
  const address = 'postgres://graft:secret@127.0.0.1/graft';
  vi.stubEnv('GRAFT_DATABASE', address);
  const { env } = await import('./env.ts');
  expect(env.database).toBe(address);
  expect(env.all).not.toHaveProperty('GRAFT_DATABASE');
});
