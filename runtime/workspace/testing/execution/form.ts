import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { readS3Settings } from '@graft/store/s3';
import { stallDatabase } from '@graft/store/testing';
import { openWorkspace, type Workspace } from '../../workspace.ts';
import { childrenOf } from '../kill-moments.ts';
import { bundleTestServer, bundleTestWorker } from '../bundle-test-worker.ts';
import { workerTestRegistry } from '../test-nodes.ts';

/** A process that has begun a run. */
interface OtherProcess {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  readonly runId: string;
}

interface PlaceOptions {
  /** As `graft serve` has it: see `OpenOptions`. */
  readonly keepsRunsOn?: boolean;
}

/** A new workspace, which several processes may have open. */
export interface ExecutionPlace {
  readonly root: string;
  /** The entry of the processes that run steps. */
  readonly worker: string;
  /** Pids of what computes the steps of a process, to be killed. */
  workersOf(pid: number): number[];
  open(options?: PlaceOptions): Promise<Workspace>;
  /**
   * Another process, which runs the graph of a salt or, where milliseconds or the path of a file are given, one step that
   * takes so long or until that file is there; with a path and a salt above 0, both.
   */
  startServer(salt: number, end?: number | string, options?: PlaceOptions): Promise<OtherProcess>;
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

/** Every form in which Graft executes runs. To be called once, at the top of a test file. */
export async function executionForms(): Promise<readonly ExecutionForm[]> {
  const [postgres, worker, server] = await Promise.all([
    startPostgres(),
    bundleTestWorker(),
    bundleTestServer(),
  ]);
  afterAll(() => Promise.all([postgres?.stop(), worker.remove(), server.remove()]));
  const entries = { worker: worker.entry, server: server.entry };
  return [
    { name: 'embedded', missing: undefined, make: () => place(entries) },
    {
      name: 'with Postgres',
      missing: postgres === undefined ? noPostgres : undefined,
      make: () => {
        return place(entries, schemaOf(postgres?.address ?? ''));
      },
    },
  ];
}

let schemas = 0;

/** A new schema of a database. */
export function schemaOf(address: string): string {
  const url = new URL(address);
  schemas += 1;
  url.searchParams.set('schema', `run_${process.pid}_${Date.now()}_${schemas}`);
  return url.href;
}

/** A place whose steps run in processes of whoever opens it. `bucket`: variables that name one for its artifacts. */
export async function place(
  entries: { readonly worker: string; readonly server: string },
  database?: string,
  bucket: Readonly<Record<string, string>> = {},
): Promise<ExecutionPlace> {
  const artifacts = readS3Settings(bucket);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-execution-')));
  return {
    root,
    worker: entries.worker,
    workersOf: (pid) => childrenOf(pid, entries.worker),
    open: (options = {}) =>
      openWorkspace({
        ...{ ...options, root, registry: workerTestRegistry, workerEntry: entries.worker },
        ...(database === undefined ? {} : { database }),
        ...(artifacts === undefined ? {} : { artifacts }),
      }),
    startServer: async (salt, end = '', { keepsRunsOn = false } = {}) => {
      const { server, worker } = entries;
      const args = [server, root, worker, String(salt), String(end), database ?? ''];
      if (keepsRunsOn) args.push('keeps-on');
      const child = spawn(process.execPath, args, {
        ...{ env: { ...process.env, ...bucket }, stdio: ['ignore', 'pipe', 'inherit'] },
      });
      const closed = once(child, 'close');
      const [bytes]: unknown[] = await once(child.stdout, 'data');
      return { child, closed, runId: String(bytes).trim() };
    },
    stall: () => stallDatabase(database ?? join(root, '.graft/index.db')),
    // The processes of a killed worker may still write for a moment.
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 20 }),
  };
}
