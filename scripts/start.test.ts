import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'graft-start-'));
  await cp(import.meta.dirname, join(checkout, 'scripts'), { recursive: true });
});
afterEach(() => rm(checkout, { recursive: true }));

it('refuses a port that is taken before it installs or builds anything', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  try {
    for (const args of [['--port', port], [`--port=${port}`], ['.', '--port', port]]) {
      const child = spawn(process.execPath, [join(checkout, 'scripts/start.mjs'), ...args], {
        // Whatever came after the port would start npm, which is not to be found.
        env: { PATH: '' },
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      const [code]: unknown[] = await once(child, 'close');
      expect(printed, args.join(' ')).toContain(`Port ${port} is taken.`);
      expect(printed).not.toContain('Installing');
      expect(code).toBe(1);
    }
  } finally {
    other.close();
  }
  expect(await readdir(checkout)).toEqual(['scripts']);
});
