import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startPostgres } from './postgres-server.ts';

it.skipIf(process.platform === 'win32')('says why a server does not start', async () => {
  const programs = await mkdtemp(join(tmpdir(), 'graft-programs-'));
  onTestFinished(() => rm(programs, { recursive: true, force: true }));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  await writeFile(join(programs, 'initdb'), '#!/bin/sh\n');
  await writeFile(join(programs, 'postgres'), '#!/bin/sh\necho the port is taken >&2\nexit 1\n');
  for (const name of ['.', 'initdb', 'postgres']) await chmod(join(programs, name), 0o755);
  vi.stubEnv('GRAFT_TEST_POSTGRES', '');
  vi.stubEnv('PATH', [programs, process.env['PATH']].join(delimiter));
  await expect(startPostgres()).rejects.toThrow('Postgres did not start: the port is taken');
});
