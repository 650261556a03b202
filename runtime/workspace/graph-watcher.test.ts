import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { GraphWatcher } from './graph-watcher.ts';
import { SourceWatcher } from './source-watcher.ts';

const patience = { timeout: 30_000 };

it('tells of a graph though the graphs could not be listed once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-graphs-'));
  let revision = '1';
  let looks = 0;
  const watcher = new GraphWatcher(root, () => {
    looks += 1;
    if (looks === 2) return Promise.reject(new Error('EMFILE'));
    return Promise.resolve([{ path: 'a.graft.json', revision, modifiedAt: 0 }]);
  });
  const told: string[] = [];
  watcher.listen((path) => told.push(path));
  await vi.waitFor(() => expect(looks).toBe(1), patience);
  revision = '2';
  await vi.waitFor(async () => {
    await writeFile(join(root, 'a.graft.json'), String(looks));
    expect(looks).toBeGreaterThan(1);
  }, patience);
  await new Promise((done) => setTimeout(done, 200));
  await writeFile(join(root, 'a.graft.json'), 'again');
  await vi.waitFor(() => expect(told).toEqual(['a.graft.json']), patience);
  watcher.close();
  await rm(root, { recursive: true });
});

it('looks at the files of a graph that could not be read the first time', async () => {
  let tries = 0;
  let hint: ((graph: boolean) => void) | undefined;
  const changed = vi.fn();
  const watcher = new SourceWatcher(
    {
      root: '/',
      hints: (given) => {
        hint = given;
        return () => undefined;
      },
      patterns: () => {
        tries += 1;
        return tries === 1 ? Promise.reject(new Error('EMFILE')) : Promise.resolve(['docs']);
      },
      files: () => Promise.resolve([]),
    },
    changed,
  );
  await vi.waitFor(() => expect(tries).toBe(1), patience);
  hint?.(false);
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), patience);
  expect(tries).toBe(2);
  watcher[Symbol.dispose]();
});
