import {
  sameJson,
  validateGraph,
  type Graph,
  type ModelFacts,
  type ModelLookup,
  type Problem,
} from '@graft/graph';
import { create } from 'zustand';
import { useUsedGraphs } from './used-graphs.ts';
import { nodeTypes } from './registry.ts';
import { Latest } from './wanted.ts';

/** What keeps a graph from running, as far as it can be told here. */
export async function findProblems(graph: Graph): Promise<readonly Problem[]> {
  // A file that has not been read yet would seem to be missing.
  await useUsedGraphs.getState().read(graph);
  const { models } = useChecks.getState();
  const graphs = useUsedGraphs.getState().lookup;
  const all = validateGraph(graph, nodeTypes(), { models, graphs });
  // Without the catalogue every model would seem unknown.
  return models === noModels ? all.filter(({ code }) => code !== 'bad-model') : all;
}

const asked = new Latest();

interface Checks {
  readonly problems: readonly Problem[];
  /** The catalogue as last seen; the same function while it stays the same, since verdicts are kept by it. */
  readonly models: ModelLookup;
  setModels(models: readonly ModelFacts[]): void;
  /** Validates types, params and facets here, without asking the server. */
  check(graph: Graph): Promise<void>;
  /** Forgets what was found. */
  clear(): void;
}

const none: readonly Problem[] = [];

const noModels: ModelLookup = () => undefined;

export const useChecks = create<Checks>()((set, get) => ({
  problems: none,
  models: noModels,
  setModels(models) {
    const byId = new Map(models.map((model) => [model.id, model]));
    set({ models: (id) => byId.get(id) });
  },
  async check(graph) {
    const signal = asked.ask();
    const problems = await findProblems(graph);
    if (signal.aborted) return;
    // The same list stays while nothing in it changes: much is found by it.
    if (!sameJson(problems, get().problems)) set({ problems });
  },
  clear() {
    asked.drop();
    set({ problems: none });
  },
}));
