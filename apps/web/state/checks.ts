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

interface Checks {
  readonly problems: readonly Problem[];
  /** The catalogue as last seen; the same function while it stays the same, since verdicts are kept by it. */
  readonly models: ModelLookup;
  setModels(models: readonly ModelFacts[]): void;
  /** Validates types, params and facets here, without asking the server. */
  check(graph: Graph): void;
}

const noModels: ModelLookup = () => undefined;

export const useChecks = create<Checks>()((set, get) => ({
  problems: [],
  models: noModels,
  setModels(models) {
    const byId = new Map(models.map((model) => [model.id, model]));
    set({ models: (id) => byId.get(id) });
  },
  check(graph) {
    const { models } = get();
    const all = validateGraph(graph, nodeTypes(), {
      models,
      graphs: useUsedGraphs.getState().lookup,
    });
    // Without the catalogue every model would seem unknown.
    const problems = models === noModels ? all.filter(({ code }) => code !== 'bad-model') : all;
    // The same list stays while nothing in it changes: much is found by it.
    if (!sameJson(problems, get().problems)) set({ problems });
  },
}));
