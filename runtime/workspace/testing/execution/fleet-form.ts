import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll } from 'vitest';
import {
  bundleTestFleetWorker,
  bundleTestServer,
  bundleTestWorker,
} from '../bundle-test-worker.ts';
import { place, schemaOf, type ExecutionForm, type ExecutionPlace } from './form.ts';

/** Workers of the tests that are replaced when they are killed. */
interface TestFleet {
  /** Of the workers that run. */
  readonly pids: readonly number[];
  /** Another worker, which is there once this resolves. `capabilities`: `cpu,web`. */
  add(settings?: FleetSettings): Promise<ChildProcess>;
  /** Ends them all. */
  end(): Promise<void>;
}

export interface FleetSettings {
  /** The name that its machine pretends to have; only root can. */
  readonly hostname?: string;
  /** Variables that differ from those of the others. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly queues?: string;
  readonly slots?: number;
  /** Pretends to be another installation. */
  readonly isForeign?: boolean;
  /** Another one takes its place when it ends. */
  readonly isReplaced?: boolean;
}

/** A place with workers. */
export interface FleetPlace extends ExecutionPlace {
  readonly fleet: TestFleet;
}

export interface FleetForm extends ExecutionForm {
  /** With so many workers that are replaced. */
  make(workers?: number): Promise<FleetPlace>;
}

/** The form with workers that take steps from Postgres. To be called once, at the top of a test file. */
export async function fleetForm(): Promise<FleetForm> {
  const [postgres, worker, server, fleetWorker] = await Promise.all([
    startPostgres(),
    bundleTestWorker(),
    bundleTestServer(),
    bundleTestFleetWorker(),
  ]);
  afterAll(() =>
    Promise.all([postgres?.stop(), worker.remove(), server.remove(), fleetWorker.remove()]),
  );
  const entries = { worker: worker.entry, server: server.entry };
  return {
    name: 'with workers',
    missing: postgres === undefined ? noPostgres : undefined,
    make: async (workers = 2) => {
      const database = schemaOf(postgres?.address ?? '');
      const at = await place(entries, database);
      // Workers wait for a database that a workspace has marked.
      await (await at.open())[Symbol.asyncDispose]();
      const fleet = new Fleet(fleetWorker.entry, {
        GRAFT_TEST_STATE: join(at.root, '.graft'),
        GRAFT_TEST_DATABASE: database,
        GRAFT_TEST_WORKER: worker.entry,
      });
      for (let i = 0; i < workers; i += 1) await fleet.add({ isReplaced: true });
      let turn = 0;
      return {
        ...at,
        fleet,
        workersOf: (pid) => {
          if (pid !== process.pid) return at.workersOf(pid);
          turn += 1;
          const { pids } = fleet;
          return pids.slice(turn % pids.length, (turn % pids.length) + 1);
        },
        remove: async () => {
          await fleet.end();
          await at.remove();
        },
      };
    },
  };
}

export class Fleet implements TestFleet {
  readonly #entry: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #children = new Set<ChildProcess>();
  #isEnding = false;

  constructor(entry: string, environment: Readonly<Record<string, string>>) {
    this.#entry = entry;
    this.#environment = environment;
  }

  get pids(): readonly number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  async add(settings: FleetSettings = {}): Promise<ChildProcess> {
    const { queues = 'cpu,web,training', slots = 4, isForeign = false, isReplaced } = settings;
    const { hostname } = settings;
    // The name is of its process alone.
    const renamed = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', hostname ?? ''];
    const [program = '', ...args] = [
      ...(hostname === undefined ? [] : renamed),
      ...[process.execPath, this.#entry],
    ];
    const child = spawn(program, args, {
      env: {
        ...{ ...process.env, ...this.#environment, ...settings.environment },
        GRAFT_TEST_QUEUES: queues,
        GRAFT_TEST_SLOTS: String(slots),
        GRAFT_TEST_FOREIGN: isForeign ? 'yes' : '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.add(child);
    child.once('exit', () => {
      this.#children.delete(child);
      if (isReplaced === true && !this.#isEnding) this.add(settings).catch(() => undefined);
    });
    await once(child.stdout, 'data');
    return child;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const ended = [...this.#children].map((child) => once(child, 'exit'));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}
