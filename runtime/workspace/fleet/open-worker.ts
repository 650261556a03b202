import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultModelsFolder } from '@graft/backends/catalogue';
import { createRegistry, GraphError, Outages, outageText, type Registry } from '@graft/graph';
import { removeLeftovers } from '@graft/kit';
import { definitions } from '@graft/nodes/definitions';
import { readMark, WorkspaceIdentity } from '@graft/store';
import { openDatabaseStores, type DatabaseStores, type QueueParts } from '@graft/store/database';
import { openArtifactStores, type ArtifactStores, type S3Settings } from '@graft/store/s3';
import { engineVersions } from '@graft/worker/engine-versions';
import { scratchFolder } from '@graft/worker/state-folders';
import { environment } from '../env.ts';
import { openStateFolder } from '../files/state-folder.ts';
import { StepDevices } from '../workers/step-devices.ts';
import { processEntry, WorkerSupervisor } from '../workers/supervisor.ts';
import { QueueWorker } from './queue-worker.ts';
import {
  capabilities,
  gpusOf,
  installationVersion,
  queuesOf,
  type Capability,
} from './step-queues.ts';

/** Milliseconds between two looks for a workspace that nobody has opened on the database yet. */
const lookAgainAfter = 2_000;

export interface WorkerOptions {
  /** Scratch and copies; without `artifacts`, the workspace's own state folder, where artifacts are. */
  readonly stateFolder: string;
  /** The address of the Postgres database that the coordinators have, `postgres://…`. */
  readonly database: string;
  readonly artifacts?: S3Settings;
  readonly modelsFolder?: string;
  /** Path of the entry of processes that run steps. */
  readonly workerEntry?: string;
  /** Node types; default: all that are installed. */
  readonly registry?: Registry;
  /** Default: all, and `gpu` where this machine has one. */
  readonly queues?: readonly Capability[];
  /** Steps at once. */
  readonly slots: number;
  /** CPU threads for inference; default: the cores. */
  readonly threads?: number;
  /** Bytes that models and leases may take on each device; default: what is measured to be free. */
  readonly memory?: number;
  /** Tells the operator. */
  readonly log: (line: string) => void;
  /** Ends the wait for a workspace. */
  readonly signal?: AbortSignal;
}

/** A worker that takes steps. */
export interface OpenedWorker extends AsyncDisposable {
  /** Takes no more steps, and waits for those that it has. Disposing of it leaves them to other workers. */
  drain(): Promise<void>;
}

/**
 * Opens a worker on the database and the artifacts of a workspace, which it does not need itself. Throws `bad-input`,
 * `state-unusable` where database and artifacts are of two workspaces, and what opening them throws.
 */
export async function openWorker(options: WorkerOptions): Promise<OpenedWorker> {
  const { stateFolder, artifacts } = options;
  await openStateFolder(stateFolder);
  const outages = new Outages();
  outages.listen((change) => {
    options.log(outageText(change));
  });
  const results = await openArtifactStores(stateFolder, artifacts, { outages });
  const database = await openDatabaseStores(options.database, outages);
  const closeStores = async (): Promise<void> => {
    await database.close();
    results.close();
  };
  try {
    if (database.queue === undefined) throw noPostgres();
    await requireOneWorkspace(options, { database, results });
    return await startWorker(options, { queue: database.queue, closeStores });
  } catch (error) {
    await closeStores();
    throw error;
  }
}

async function startWorker(
  options: WorkerOptions,
  { queue, closeStores }: { readonly queue: QueueParts; readonly closeStores: () => Promise<void> },
): Promise<OpenedWorker> {
  const { stateFolder, artifacts, memory, slots, log } = options;
  const devices = await devicesOf(options);
  const named = options.queues ?? takenBy(devices);
  const queues = [...queuesOf(named, devices)];
  await removeLeftovers(scratchFolder(stateFolder));
  const supervisor = new WorkerSupervisor({
    entry: options.workerEntry ?? processEntry('worker'),
    worker: {
      stateFolder,
      threads: options.threads ?? availableParallelism(),
      modelsFolder: options.modelsFolder ?? defaultModelsFolder(environment),
      ...(memory === undefined ? {} : { memory }),
      ...(artifacts === undefined ? {} : { artifacts }),
    },
  });
  const worker = new QueueWorker({
    ...{ queue, backend: supervisor, log },
    facts: {
      ...{ queues, slots },
      version: installationVersion(options.registry ?? createRegistry(definitions), engineVersions),
      store: artifacts === undefined ? 'folder' : 's3',
      devices: [...devices],
      shown: `${hostname()}, process ${String(process.pid)}`,
      ...(memory === undefined ? {} : { memory }),
    },
  });
  try {
    await worker.start();
  } catch (error) {
    await supervisor[Symbol.asyncDispose]();
    throw error;
  }
  log(`Takes steps of ${named.join(', ')}, ${String(slots)} at once.`);
  return {
    drain: () => worker.drain(),
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await supervisor[Symbol.asyncDispose]();
      await closeStores();
    },
  };
}

/** Ids of the devices that its steps may use. Asking the machine takes seconds, the first time. */
async function devicesOf({ stateFolder, queues }: WorkerOptions): Promise<readonly string[]> {
  if (queues?.includes('gpu') === false) return ['cpu'];
  const devices = new StepDevices(join(stateFolder, 'devices.json'));
  return devices.list().catch(() => ['cpu']);
}

const takenBy = (devices: readonly string[]): readonly Capability[] =>
  capabilities.filter((name) => name !== 'gpu' || gpusOf(devices).length > 0);

/** Waits until somebody has opened a workspace on the database, and compares the artifacts' with it. */
async function requireOneWorkspace(
  { stateFolder, signal, log }: WorkerOptions,
  { database, results }: { readonly database: DatabaseStores; readonly results: ArtifactStores },
): Promise<void> {
  const idOfArtifacts = async (): Promise<string | undefined> =>
    results.mark === undefined
      ? new WorkspaceIdentity(stateFolder, stateFolder).id()
      : (await readMark(results.mark))?.id;
  for (let waits = false; ; waits = true) {
    const held = database.mark === undefined ? undefined : await readMark(database.mark);
    const id = await idOfArtifacts();
    if (held !== undefined && held.id === id) return;
    if (held !== undefined && (id !== undefined || results.mark === undefined)) {
      throw anotherPlace(results.mark?.shown ?? stateFolder);
    }
    if (!waits) log('Waits until a workspace is opened on this database: start "graft serve".');
    await sleep(lookAgainAfter, undefined, signal === undefined ? {} : { signal });
  }
}

function noPostgres(): GraphError {
  return new GraphError(
    'bad-input',
    'A worker needs the Postgres database of its coordinators. Set GRAFT_DATABASE=postgres://… as for "graft serve".',
    { audience: 'operator' },
  );
}

function anotherPlace(shown: string): GraphError {
  return new GraphError(
    'state-unusable',
    `${shown} does not hold the artifacts of the workspace that this database belongs to. Set the same GRAFT_DATABASE and GRAFT_ARTIFACTS as for "graft serve". Without GRAFT_ARTIFACTS, a worker needs the workspace's own state folder.`,
    { audience: 'operator' },
  );
}
