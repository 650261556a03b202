import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startServer, type RunningServer } from '../start-server.ts';
import type { AppRouter } from './index.ts';

let root: string;
let workspace: Workspace;
let server: RunningServer;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-artifacts-')));
  await mkdir(join(root, 'out'));
  await writeFile(join(root, 'out/index.html'), '');
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  server = await startServer({
    ...{ workspace, host: '127.0.0.1', port: 0, token: null },
    staticFolder: join(root, 'out'),
  });
});
afterAll(async () => {
  await server.close();
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

it('ends a search that the page has given up for another', async () => {
  let signal: AbortSignal | undefined;
  vi.spyOn(workspace.rows, 'search').mockImplementation((_artifact, search) => {
    ({ signal } = search);
    return new Promise((resolve) => {
      const end = (): void => resolve({ rows: [], searched: 0, complete: false });
      search.signal?.addEventListener('abort', end);
    });
  });
  const url = new URL('/api/trpc', server.url).href;
  const api = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url })] });
  const page = new AbortController();
  const artifact = { digest: 'a'.repeat(64), size: 1, mediaType: 'text/plain' };
  const wanted = { artifact, text: 'heron', from: 0 };
  const asked = api.artifacts.search.query(wanted, { signal: page.signal });
  const givenUp = expect(asked).rejects.toThrow();
  await expect.poll(() => signal).toBeDefined();
  page.abort();
  await givenUp;
  await expect.poll(() => signal?.aborted).toBe(true);
});
