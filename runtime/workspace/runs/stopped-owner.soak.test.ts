import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent } from '@graft/graph';
import { bundleTestServer, bundleTestWorker } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace } from '../workspace.ts';

it.skipIf(process.platform === 'win32')(
  'a process that was stopped loses its run, notices when it goes on, and writes nothing more',
  async () => {
    const [worker, server] = await Promise.all([bundleTestWorker(), bundleTestServer()]);
    const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-stopped-')));
    const options = { root, registry: workerTestRegistry, workerEntry: worker.entry };
    try {
      await using workspace = await openWorkspace(options);
      const child = spawn(process.execPath, [server.entry, root, worker.entry, '0', '600000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const closed = once(child, 'close');
      const [bytes]: unknown[] = await once(child.stdout, 'data');
      const runId = String(bytes).trim();
      const seen: RunEvent[] = [];
      for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(300_000))) {
        seen.push(event);
        if (event.type === 'step.started') child.kill('SIGSTOP');
      }
      expect(seen.at(-1)).toMatchObject({ type: 'run.finished', status: 'failed' });
      const recorded = async (): Promise<unknown> => ({
        run: await workspace.journal.get(runId),
        events: await workspace.journal.events(runId, 0, 10_000),
      });
      const before = await recorded();
      child.kill('SIGCONT');
      await closed;
      expect(child.exitCode).toBe(0);
      expect(await recorded()).toEqual(before);
    } finally {
      await Promise.all([worker.remove(), server.remove()]);
      await rm(root, { recursive: true, force: true });
    }
  },
);
