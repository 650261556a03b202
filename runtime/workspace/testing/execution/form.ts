import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { stallDatabase } from '@graft/store/testing';
import { openWorkspace, type S3Settings, type Workspace } from '../../workspace.ts';
import { bundleTestServer, bundleTestWorker } from '../bundle-test-worker.ts';
import { workerTestRegistry } from '../test-nodes.ts';

/** A process that has begun a run. */
interface OtherProcess {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  readonly runId: string;
}

/** A new workspace, which several processes may have open. */
export interface ExecutionPlace {
  readonly root: string;
  /** The entry of the workers. */
  readonly worker: string;
  open(): Promise<Workspace>;
  /**
   * Another process, which runs the graph of a salt or, where milliseconds or the path of a file are given, one step that
   * takes so long or until that file is there.
   */
  startServer(salt: number, end?: number | string): Promise<OtherProcess>;
  /** Keeps everybody from writing to the database, as a disk that stands still does, until the result is called. */
  stall(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

/** A form in which Graft executes runs. */
export interface ExecutionForm {
  readonly name: string;
  /** Why its tests are skipped; undefined: they run. */
  readonly missing: string | undefined;
  make(): Promise<ExecutionPlace>;
}

/**
 * The forms in which Graft executes runs; with `s3`, which gives settings with a prefix of that name, the one with artifacts
 * there. To be called once, at the top of a test file.
 */
export async function executionForms(
  s3?: (name: string) => S3Settings,
): Promise<readonly ExecutionForm[]> {
  const [postgres, worker, server] = await Promise.all([
    startPostgres(),
    bundleTestWorker(),
    bundleTestServer(),
  ]);
  afterAll(() => Promise.all([postgres?.stop(), worker.remove(), server.remove()]));
  const entries = { worker: worker.entry, server: server.entry };
  let schemas = 0;
  const nextPlace = () => {
    const url = new URL(postgres?.address ?? '');
    schemas += 1;
    const name = `run_${process.pid}_${Date.now()}_${schemas}`;
    url.searchParams.set('schema', name);
    return { database: url.href, name };
  };
  const missing = postgres === undefined ? noPostgres : undefined;
  const shared = {
    name: 'with Postgres',
    missing,
    make: () => place(entries, { database: nextPlace().database }),
  };
  if (s3 === undefined) {
    return [{ name: 'embedded', missing: undefined, make: () => place(entries) }, shared];
  }
  const make = () => {
    const { name, database } = nextPlace();
    return place(entries, { database, artifacts: s3(name) });
  };
  return [{ name: 'with Postgres and S3', missing, make }];
}

async function place(
  entries: { readonly worker: string; readonly server: string },
  state: { readonly database?: string; readonly artifacts?: S3Settings } = {},
): Promise<ExecutionPlace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-execution-')));
  return {
    root,
    worker: entries.worker,
    open: () =>
      openWorkspace({
        ...{ root, registry: workerTestRegistry, workerEntry: entries.worker, ...state },
      }),
    startServer: async (salt, end = '') => {
      const { server, worker } = entries;
      const args = [server, root, worker, String(salt), String(end), JSON.stringify(state)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      const [bytes]: unknown[] = await once(child.stdout, 'data');
      return { child, closed, runId: String(bytes).trim() };
    },
    stall: () => stallDatabase(state.database ?? join(root, '.graft/index.db')),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
