import { operatorSettings, RemoteAccess } from '@graft/backends/access';
import { createCatalogue, UsedModels } from '@graft/backends/catalogue';
import type { ServiceRequest, StepHost, StepServices } from '@graft/engine';
import { Outages, type Implementations, type Web } from '@graft/graph';
import { openArtifactStores } from '@graft/store/s3';
import { OpenedOnce, removeLeftovers } from '@graft/kit';
import { checkpointFolder, scratchFolder } from './state-folders.ts';
import { environment } from './env.ts';
import { encoderLocation, modelLocation } from './model-location.ts';
import { startTrainer } from './start-trainer.ts';
import type { WorkerOptions } from './worker-protocol.ts';

/** The production host: installed nodes, stores on disk, and every inference engine, each loaded on first use. */
export async function openWorkerHost(
  options: WorkerOptions,
  outages = new Outages(),
): Promise<StepHost> {
  const { root, stateFolder, modelsFolder, threads, memory } = options;
  const catalogue = createCatalogue({ modelsFolder });
  const { artifacts, items } = await openArtifactStores(stateFolder, options.artifacts, {
    ...{ isReached: true, outages },
  });
  const implementations = new OpenedOnce<Implementations>(
    async () => (await import('@graft/nodes/runs')).implementations,
  );
  const access = async () => new RemoteAccess(await operatorSettings(environment));
  const backends = new OpenedOnce(async () =>
    (await import('@graft/backends')).createBackends({
      catalogue,
      threads,
      convertWeights: async (from, to, how) =>
        (await import('@graft/training/formats')).ggufToQ80(from, to, how),
      widenAdapter: async (from, to, how) =>
        (await import('@graft/training/adapters')).widenGgufAdapter(from, to, how),
      ...(memory === undefined ? {} : { memory }),
      remoteAccess: access,
    }),
  );

  const scratch = scratchFolder(stateFolder);
  // Process of the previous worker, if it died.
  await removeLeftovers(scratch);

  const services = ({ models: digests, entries, ...request }: ServiceRequest): StepServices => {
    const { device, signal, progress, waiting, held, spent } = request;
    const models = new UsedModels({
      ...{ catalogue, digests, signal, progress, waiting },
      ...(entries === undefined ? {} : { sent: { entries, artifacts } }),
    });
    const forStep = async () =>
      (await backends.get()).forStep({ device, signal, progress, waiting, models, held, spent });
    return {
      backends: {
        embedder: async (model, use) => (await forStep()).backends.embedder(model, use),
        encoderTokenizer: async (model) => (await forStep()).backends.encoderTokenizer(model),
        crossEncoder: async (model, use) => (await forStep()).backends.crossEncoder(model, use),
        languageModel: async (model, wanted) =>
          (await forStep()).backends.languageModel(model, wanted),
        tokenizer: async (model) => (await forStep()).backends.tokenizer(model),
        training: async () =>
          (await import('@graft/training/service')).createTraining({
            startTrainer,
            resolveModel: (model) => modelLocation(models, model),
            resolveEncoder: (model) => encoderLocation(models, model),
            threads,
            scratchFolder: scratch,
          }),
        buildIndex: async (request) => (await forStep()).backends.buildIndex(request),
        openIndex: async (folder, info) => (await forStep()).backends.openIndex(folder, info),
      },
      web: webOfStep(),
      databases: {
        async *rows(database, query) {
          const { PostgresDatabases } = await import('@graft/backends/databases');
          yield* new PostgresDatabases(access).rows(database, query);
        },
      },
      models: {
        facts: (id) => models.facts(id),
        files: (id) => models.files(id),
      },
      verify: () => models.verify(),
      lease: async (bytes) => (await forStep()).lease(bytes),
      room: async () => (await forStep()).room(),
    };
  };

  /** Loaded by the first step that reads pages. Concurrent steps take turns at a host. */
  const webs = new OpenedOnce(async () => {
    const { HostPauses, WebClient } = await import('@graft/backends/web');
    const pauses = new HostPauses();
    return () => new WebClient({ access, pauses });
  });
  const webOfStep = (): Web => {
    const client = new OpenedOnce(async () => (await webs.get())());
    return { get: async (url, request) => (await client.get()).get(url, request) };
  };

  return {
    implementation: async (type) => (await implementations.get()).get(type),
    artifacts,
    items,
    // Without a workspace it is one of several that execute a run's steps.
    ...(root === undefined ? { storesCheckpoints: true } : { workspaceFolder: root }),
    scratchFolder: scratch,
    checkpointFolder: checkpointFolder(stateFolder),
    services,
    loaded: async () => (await backends.opened)?.loaded() ?? [],
  };
}
