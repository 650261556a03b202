import { createCatalogue } from '@graft/backends/catalogue';
import type { ServiceRequest, StepHost, StepServices } from '@graft/engine';
import { GraphError, type Implementations } from '@graft/graph';
import { openFilesystemStores } from '@graft/store/filesystem';
import { OpenedOnce, removeLeftovers } from '@graft/kit';
import { checkpointFolder } from './checkpoint-folder.ts';
import { scratchFolder } from './scratch-folder.ts';
import { modelLocation } from './model-location.ts';
import { startTrainer } from './start-trainer.ts';
import type { WorkerOptions } from './worker-protocol.ts';

/** The real thing: installed nodes, stores on disk, and every inference engine, each loaded when first used. */
export async function openWorkerHost(options: WorkerOptions): Promise<StepHost> {
  const { root, stateFolder, modelsFolder, threads, memory } = options;
  const catalogue = createCatalogue({ modelsFolder });
  const { artifacts, items } = await openFilesystemStores(stateFolder);
  const implementations = new OpenedOnce<Implementations>(
    async () => (await import('@graft/nodes/runs')).implementations,
  );
  const backends = new OpenedOnce(async () =>
    (await import('@graft/backends')).createBackends({
      catalogue,
      threads,
      ...(memory === undefined ? {} : { memory }),
    }),
  );

  const scratch = scratchFolder(stateFolder);
  // Of the worker before this one, if it died.
  await removeLeftovers(scratch);

  const services = ({ device, signal, progress, waiting }: ServiceRequest): StepServices => {
    const forStep = async () =>
      (await backends.get()).forStep({ device, signal, progress, waiting });
    return {
      backends: {
        embedder: async (model) => (await forStep()).backends.embedder(model),
        crossEncoder: async (model) => (await forStep()).backends.crossEncoder(model),
        languageModel: async (model, wanted) =>
          (await forStep()).backends.languageModel(model, wanted),
        tokenizer: async (model) => (await forStep()).backends.tokenizer(model),
        training: async () =>
          (await import('@graft/training/service')).createTraining({
            startTrainer,
            resolveModel: (model) => modelLocation(catalogue, model, { signal, progress, waiting }),
            threads,
            scratchFolder: scratch,
          }),
        buildIndex: async (request) => (await forStep()).backends.buildIndex(request),
        openIndex: async (folder, info) => (await forStep()).backends.openIndex(folder, info),
      },
      models: {
        facts(id) {
          const facts = catalogue.lookup(id);
          if (facts !== undefined) return facts;
          throw new GraphError('bad-model', `The catalogue has no model "${id}".`);
        },
        fetch: (id) => catalogue.fetch(id, { signal, progress, waiting }),
      },
      lease: async (bytes) => (await forStep()).lease(bytes),
      room: async () => (await forStep()).room(),
    };
  };

  return {
    implementation: async (type) => (await implementations.get()).get(type),
    artifacts,
    items,
    workspaceFolder: root,
    scratchFolder: scratch,
    checkpointFolder: checkpointFolder(stateFolder),
    services,
  };
}
