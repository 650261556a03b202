import { realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  ArtifactRows,
  createSharingBackend,
  Engine,
  type ElsewhereBackend,
  FileSourceResolver,
  SharedRequests,
} from '@graft/engine';
import {
  createRegistry,
  GraphError,
  Outages,
  type ArtifactStore,
  type ModelLookup,
  type Registry,
} from '@graft/graph';
import { definitions } from '@graft/nodes/definitions';
import { removeLeftovers } from '@graft/kit';
import { openDatabaseStores, WorkerOverview, type Leases } from '@graft/store/database';
import { WorkspaceIdentity } from '@graft/store';
import { DiskReserve } from '@graft/store/filesystem';
import { openArtifactStores, type S3Settings } from '@graft/store/s3';
import { checkpointFolder, scratchFolder } from '@graft/worker/state-folders';
import { engineVersions } from '@graft/worker/engine-versions';
import { convertingProcesses } from '@graft/worker/start-converter';
import { Comparisons } from './compare/comparisons.ts';
import { environment } from './env.ts';
import { ExperimentRuns } from './experiment/experiment-runs.ts';
import { Experiments } from './experiment/experiments.ts';
import { Examples } from './files/examples.ts';
import { FrozenFiles } from './files/frozen-files.ts';
import { GraphFiles } from './files/graph-files.ts';
import { openStateFolder, StateGuard } from './files/state-folder.ts';
import { Fleet } from './fleet/fleet.ts';
import { ShardedSteps } from './fleet/sharded-steps.ts';
import { installationVersion } from './fleet/step-queues.ts';
import { StepSender } from './fleet/step-sender.ts';
import { AnswerAccuracy } from './labels/answer-accuracy.ts';
import { AnswerTraces } from './labels/answer-traces.ts';
import { LabelFiles } from './labels/label-files.ts';
import { GraphLocks } from './locks/graph-locks.ts';
import { KeptGraphs } from './locks/kept-graphs.ts';
import { EmbeddingMaps } from './maps/embedding-maps.ts';
import { PlacingJournal } from './package/placing-journal.ts';
import { ReceivedPackages } from './package/received-packages.ts';
import { WorkspacePackages } from './package/workspace-packages.ts';
import { GraphPlanner } from './runs/graph-planner.ts';
import { GraphRuns } from './runs/graph-runs.ts';
import { ModelTrials } from './runs/model-trials.ts';
import { RunHistory } from './runs/run-history.ts';
import { RunKeeper } from './runs/run-keeper.ts';
import { RunScores } from './runs/run-scores.ts';
import { StateStorage } from './runs/state-storage.ts';
import { WorkspaceFiles } from './uploads/workspace-files.ts';
import { WorkspaceChanges } from './watch/workspace-changes.ts';
import { modelShelf } from './workers/model-shelf.ts';
import { operatorAccess } from './workers/operator-access.ts';
import { StepDevices } from './workers/step-devices.ts';
import { processEntry, WorkerSupervisor } from './workers/supervisor.ts';
import { WorkspaceModels } from './workers/workspace-models.ts';
import type { Workspace } from './workspace-rooms.ts';

export interface OpenOptions {
  readonly root: string;
  /** Caches and, without `database`, the index database; default `<root>/.graft`. */
  readonly stateFolder?: string;
  /** The address of a Postgres database that holds the index, `postgres://…`; default: a file in the state folder. */
  readonly database?: string;
  /** Where artifacts are; default: in the state folder. */
  readonly artifacts?: S3Settings;
  /** Where models are kept; default `$GRAFT_MODELS`, else `$XDG_CACHE_HOME/graft/models`, else `~/.cache/graft/models`. */
  readonly modelsFolder?: string;
  /** Where the examples are that came with Graft; default: none came. */
  readonly examplesFolder?: string;
  /** Path of the worker's entry; default: `main.ts` beside these sources, `worker.mjs` beside a bundle. */
  readonly workerEntry?: string;
  /** Node types; default: all that are installed. A worker entry that has their code goes with it. */
  readonly registry?: Registry;
  /** Models; default: those of the catalogue. */
  readonly models?: ModelLookup;
  /** CPU threads for inference; default: the cores. */
  readonly threads?: number;
  /** Bytes that models and leases may take on each device; default: what is measured to be free. */
  readonly memory?: number;
  /** Called when closing has to wait for cancelled trainings that still save their checkpoints. */
  readonly savesOnClose?: () => void;
  /** Milliseconds to wait for a database or a bucket that answered before; default: see `Outages`. */
  readonly patience?: number;
  /**
   * Whether processes with this set continue each other's runs on Postgres: those that this one starts, if it ends, and this
   * one those of others that ended. Default: a run ends with its process.
   */
  readonly keepsRunsOn?: boolean;
  /**
   * Opens what executes the steps on other machines; default: the workers of a Postgres database, if there are any. Steps
   * that use the workspace itself stay in processes of this one.
   */
  readonly openExecution?: (parts: ExecutionParts) => Promise<ElsewhereBackend & AsyncDisposable>;
}

/** What executing steps elsewhere needs of the workspace. */
interface ExecutionParts {
  readonly leases: Leases;
  readonly artifacts: ArtifactStore;
}

/**
 * Opens a workspace folder: stores, database, engine and (when the first step runs) the worker. Runs that a
 * crash left behind are ended truly. Throws `missing-file`, `store-locked`, `store-damaged` or `no-space`.
 */
export async function openWorkspace(options: OpenOptions): Promise<Workspace> {
  const root = await openRoot(options.root);
  const stateFolder = resolve(options.stateFolder ?? join(root, '.graft'));
  await openStateFolder(stateFolder);
  const modelsFolder = resolve(options.modelsFolder ?? defaultModelsFolder(environment));
  const ggufConverter = convertingProcesses(processEntry('converter'));
  const catalogue = createCatalogue({ modelsFolder, ggufConverter });
  const reserve = new DiskReserve(stateFolder);
  // Whoever comes to make room must be let in.
  const outages = new Outages(options.patience);
  const { results, database, keeper } = await reserve.relieve('collection', () =>
    openStores({ ...options, root, stateFolder }, outages),
  );
  await removeLeftovers(scratchFolder(stateFolder));
  await reserve.take();
  // Plans look models up without waiting, those of other tools as they were last listed.
  await catalogue.list();
  const threads = options.threads ?? availableParallelism();
  const supervisor = new WorkerSupervisor({
    entry: options.workerEntry ?? processEntry('worker'),
    worker: {
      ...{ root, stateFolder, modelsFolder, threads },
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      ...(options.artifacts === undefined ? {} : { artifacts: options.artifacts }),
    },
    ...(options.savesOnClose === undefined ? {} : { savesOnClose: options.savesOnClose }),
  });
  const files = new FileSourceResolver(root, stateFolder, async (secret) =>
    (await operatorAccess()).databaseIdentity(secret),
  );
  const { artifacts, items, copies } = results;
  const { actions, runs: journal } = database;
  const stores = { artifacts, items, actions, runs: journal };
  const { leases } = database;
  const registry = options.registry ?? createRegistry(definitions);
  const closeStores = async (): Promise<void> => {
    await supervisor[Symbol.asyncDispose]();
    await keeper.close();
    await database.close();
    results.close();
  };
  const { queue } = database;
  const installation = {
    version: installationVersion(registry, engineVersions),
    store: options.artifacts === undefined ? 'folder' : 's3',
  } as const;
  const workers =
    queue === undefined ? undefined : new StepSender({ queue, artifacts, ...installation });
  const devices = new StepDevices(
    join(stateFolder, 'devices.json'),
    workers === undefined ? undefined : () => workers.devices(),
  );
  const opened = options.openExecution?.({ leases, artifacts }) ?? Promise.resolve(workers);
  const elsewhere = await opened.catch(async (error: unknown) => {
    await closeStores();
    throw error;
  });
  const engine = new Engine({
    ...stores,
    backend:
      elsewhere === undefined
        ? supervisor
        : createSharingBackend({
            elsewhere: elsewhere === workers ? new ShardedSteps({ workers, registry }) : elsewhere,
            ...{ here: supervisor, artifacts },
            requests: new SharedRequests({
              ...{ workspaceFolder: root, artifacts },
              models: modelShelf(catalogue),
            }),
          }),
    files,
    models: options.models ?? catalogue.lookup,
    deviceOf: devices.deviceOf,
    engines: engineVersions,
    owner: leases.owner,
    claims: leases,
    relieve: (work) => reserve.relieve('run', work),
    isFull: () => reserve.isFull(),
  });
  const received = new ReceivedPackages(stateFolder);
  const places = new PlacingJournal({
    ...{ root, stateFolder, leases },
    receivedAt: async (id) => (await received.find(id))?.receivedAt,
  });
  // Where that fails, whoever places files next tries again and says why.
  await places.recover().catch(() => undefined);
  const guarded = options.database === undefined ? join(stateFolder, 'index.db') : stateFolder;
  const state = await StateGuard.of(guarded);
  const folders = {
    ...{ root, stateFolder, checkpointFolder: checkpointFolder(stateFolder) },
    scratchFolder: scratchFolder(stateFolder),
  };

  const graphs = new GraphFiles(root, stateFolder, async (from, to) => {
    await journal.renameFile(from, to);
    await received.renameFile(from, to);
  });
  const keptGraphs = new KeptGraphs(stateFolder);
  const models = new WorkspaceModels({
    ...{ ...folders, catalogue, machine: devices.modelMachine },
    ...(options.models === undefined ? {} : { lookup: options.models }),
  });
  const against = { registry, artifacts, models: models.lookup };
  const planner = new GraphPlanner(against, graphs);
  const locks = new GraphLocks({ models: models.lookup, files, graphs, kept: keptGraphs }, planner);
  const storage = new StateStorage({
    ...{ ...folders, stores, leases, reserve, state, catalogue, received },
    ...(copies === undefined ? {} : { copies }),
  });
  const experimentRuns = new ExperimentRuns({
    ...{ ...stores, registry, owner: leases.owner },
    relieve: (work) => reserve.relieve('experiment', work),
    isFull: () => reserve.isFull(),
  });
  const scores = new AnswerAccuracy(artifacts);
  const runScores = new RunScores({ journal, artifacts, answers: scores });
  const keepsOn = options.keepsRunsOn === true && leases.isShared;
  const graphRuns = new GraphRuns({
    ...{ ...folders, ...against, files, journal, actions, engine, devices, state },
    ...{ received, planner, locks, keepsOn },
    cancelExperiment: (runId) => experimentRuns.cancel(runId),
    // Somebody may have made room since the reserve was given up.
    makeReady: () => reserve.take(),
    tidyUp: () => storage.tidyUp(),
    recordScores: (runId) => runScores.record(runId),
  });
  if (keepsOn) keeper.continueWith((run, past) => graphRuns.continueRun(run, past));
  const shownFiles = new WorkspaceFiles(folders);
  const changes = new WorkspaceChanges({
    ...{ root, graphs, files, planner, runs: journal },
    material: () => shownFiles.material(),
  });
  const rows = new ArtifactRows(artifacts);
  let closing: Promise<void> | undefined;
  /** Cancels what runs, waits for its true end, then lets the worker and the database go. */
  const close = async (): Promise<void> => {
    changes.close();
    await keeper.close();
    await models.close();
    await experimentRuns.close();
    await graphRuns.close();
    await elsewhere?.[Symbol.asyncDispose]();
    await closeStores();
  };
  return {
    ...{ root, registry, artifacts, actions, journal, graphs, locks, keptGraphs, changes, outages },
    plans: planner,
    runs: graphRuns,
    experiments: new Experiments({
      ...{ ...against, runs: journal, planner, graphRuns, experimentRuns },
    }),
    comparisons: new Comparisons({ runs: journal, artifacts, rows, registry }),
    rows,
    ...{ scores, history: new RunHistory(journal, runScores) },
    traces: new AnswerTraces({ artifacts, journal }),
    maps: new EmbeddingMaps(artifacts),
    frozen: new FrozenFiles({ root, stateFolder, artifacts }),
    labels: new LabelFiles(root, stateFolder),
    files: shownFiles,
    sources: files,
    models,
    fleet: new Fleet({
      ...{ journal, installation },
      overview: queue === undefined ? undefined : new WorkerOverview(queue),
    }),
    trials: new ModelTrials({ models, runs: graphRuns }),
    packages: new WorkspacePackages({
      ...{ ...folders, ...against, stores, leases, files, state, received, catalogue },
      journal: places,
      read: (path) => graphs.read(path),
      plan: async (graph, file) => (await planner.plan(graph, file)).plan,
    }),
    examples: new Examples({
      ...{ ...folders, folder: options.examplesFolder, registry, catalogue, artifacts },
      journal: places,
    }),
    storage,
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

async function openStores(
  options: OpenOptions & { readonly stateFolder: string },
  outages: Outages,
) {
  const { root, stateFolder, database: place = join(stateFolder, 'index.db') } = options;
  const results = await openArtifactStores(stateFolder, options.artifacts, { outages });
  const database = await openDatabaseStores(place, outages);
  const keeper = new RunKeeper(database.runs, database.leases);
  try {
    const marks = [database.mark, results.mark].filter((mark) => mark !== undefined);
    await new WorkspaceIdentity(stateFolder, root).claim(marks);
    await keeper.open();
  } catch (error) {
    await keeper.close();
    await database.close();
    results.close();
    throw error;
  }
  return { results, database, keeper };
}

async function openRoot(path: string): Promise<string> {
  const root = await realpath(resolve(path)).catch(() => undefined);
  if (root !== undefined && (await stat(root)).isDirectory()) return root;
  throw new GraphError(
    'missing-file',
    `There is no folder ${resolve(path)}. Name an existing folder.`,
  );
}
