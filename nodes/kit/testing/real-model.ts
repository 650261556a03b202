import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import type { ModelRef, RunContext, TreeInput } from '@graft/graph';
import { testContext, treeInput } from './test-context.ts';

/** The small language model of the catalogue, as a step has it. Whoever opens it disposes of it. */
export interface RealModel extends AsyncDisposable {
  readonly ctx: RunContext;
  readonly model: TreeInput<ModelRef>;
  readonly log: string[];
}

export function openRealModel(): RealModel {
  const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
  const found = catalogue.lookup('SmolLM2-135M-Instruct');
  if (found === undefined) throw new Error('The catalogue lacks the small language model.');
  const backends: LoadedBackends = createBackends({ catalogue });
  const log: string[] = [];
  const base = testContext();
  const ctx = testContext({
    log: (_level, message) => log.push(message),
    backends: {
      ...base.backends,
      languageModel: (source, options) => backends.languageModel(source, options),
    },
  });
  const { id, digest, architecture, format, contextLength } = found;
  return {
    ...{ ctx, log, model: treeInput({ id, digest, architecture, format, contextLength }) },
    [Symbol.asyncDispose]: () => backends[Symbol.asyncDispose](),
  };
}
