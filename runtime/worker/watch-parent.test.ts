import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it.skipIf(process.platform === 'win32')(
  'leaves the signals of a terminal and of a supervisor to its parent',
  async () => {
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const child = fork(join(import.meta.dirname, 'fixtures/watching.ts'), [], {
      execArgv: ['--import', loader],
    });
    const ended = once(child, 'exit');
    await once(child, 'message');
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
      child.kill(signal);
      child.send(signal);
      expect(await Promise.race([once(child, 'message'), ended])).toEqual([signal, undefined]);
    }
    child.disconnect();
    child.kill('SIGKILL');
    await ended;
  },
);
