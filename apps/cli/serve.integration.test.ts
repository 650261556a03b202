import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';

/** The server starts only where the page is built. */
const page = path.resolve(import.meta.dirname, '../web/out');

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a server prints first. */
async function served(args: readonly string[]): Promise<{ child: ChildProcess; printed: string }> {
  const child = spawn(process.execPath, [graftEntry, 'serve', folder, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [first]: unknown[] = await once(child.stdout, 'data');
  return { child, printed: String(first) };
}

async function stopped(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  await gone;
}

const portOf = (printed: string): number => Number(/:(\d+)\//.exec(printed)?.[1]);

describe.skipIf(!existsSync(page))('graft serve', () => {
  it('takes the next free port where none was asked for', async () => {
    const first = await served([]);
    const second = await served([]);
    await Promise.all([stopped(first.child), stopped(second.child)]);
    const ports = [first, second].map(({ printed }) => portOf(printed));
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(3000);
    // Another program may have let go of a lower one in between.
    expect(new Set(ports).size).toBe(2);
  });

  it('takes no other port than it was asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const end = await graft(['serve', folder, '--port', port], { cwd: folder });
    other.close();
    expect(end.stderr).toContain(`Port ${port} is taken.`);
    expect(end.code).not.toBe(0);
  });

  it('prints the address behind a proxy', async () => {
    const { child, printed } = await served([
      ...['--port', '0', '--allow-host', 'graft.example.com', '--base-path', '/graft/'],
    ]);
    await stopped(child);
    expect(printed).toMatch(/http:\/\/127\.0\.0\.1:\d+\/graft\/\?token=/);
  });
});

it.each([
  [['--allow-host', 'https://graft.example.com'], /--allow-host takes a name/],
  [['--base-path', '//evil.example'], /--base-path takes a path/],
  [['--port', '70000'], /--port takes a whole number/],
])('refuses %j', async (args, expected) => {
  const end = await graft(['serve', folder, ...args], { cwd: folder });
  expect(end.stderr).toMatch(expected);
  expect(end.code).toBe(2);
});
