import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ChangedGraphs } from './changed-graphs.ts';
import { ChangedSources } from './changed-sources.ts';
import { FolderWatch } from './folder-watch.ts';

it('tells of a graph though the graphs could not be listed once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-graphs-'));
  let revision = '1';
  let looks = 0;
  const watcher = new ChangedGraphs(new FolderWatch(root), () => {
    looks += 1;
    if (looks === 2) return Promise.reject(new Error('EMFILE'));
    return Promise.resolve([{ path: 'a.graft.json', revision, modifiedAt: 0 }]);
  });
  const told: string[] = [];
  watcher.listen((path) => told.push(path));
  await expect.poll(() => looks).toBe(1);
  revision = '2';
  // Until it is told, whatever is written: what is written while it looks may be a part of that look.
  const writing = async (): Promise<readonly string[]> => {
    await writeFile(join(root, 'a.graft.json'), String(looks));
    return told;
  };
  await expect.poll(writing, { interval: 250 }).toEqual(['a.graft.json']);
  expect(looks).toBeGreaterThan(2);
  watcher.close();
  await rm(root, { recursive: true });
});

it('looks at the files of a graph that could not be read the first time', async () => {
  let tries = 0;
  let hint: ((graph: boolean) => void) | undefined;
  const changed = vi.fn();
  const watcher = new ChangedSources(
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
  await expect.poll(() => tries).toBe(1);
  hint?.(false);
  await expect.poll(() => changed).toHaveBeenCalledTimes(1);
  expect(tries).toBe(2);
  watcher[Symbol.dispose]();
});
