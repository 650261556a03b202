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

it('keeps the secret of the key to S3 from child processes', async () => {
  vi.stubEnv('GRAFT_ARTIFACTS', 's3://bucket/prefix');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  const { env } = await import('./env.ts');
  expect(env.artifacts).toMatchObject({
    ...{ GRAFT_ARTIFACTS: 's3://bucket/prefix', AWS_ACCESS_KEY_ID: 'id' },
    ...{ AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' },
  });
  expect(env.all).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  expect(env.all).not.toHaveProperty('AWS_SESSION_TOKEN');
});

it('leaves the keys of others alone where artifacts are files', async () => {
  vi.stubEnv('GRAFT_ARTIFACTS', '');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const { env } = await import('./env.ts');
  expect(env.artifacts).toBeUndefined();
  expect(env.all).toHaveProperty('AWS_SECRET_ACCESS_KEY', 'secret');
});

it('keeps the address of the database, with its password, from child processes', async () => {
  const address = 'postgres://graft:secret@127.0.0.1/graft';
  vi.stubEnv('GRAFT_DATABASE', address);
  const { env } = await import('./env.ts');
  expect(env.database).toBe(address);
  expect(env.all).not.toHaveProperty('GRAFT_DATABASE');
});
