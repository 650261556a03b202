import type { ModelFacts, ModelLookup, Problem, GraphLookup, Registry } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

let registry: Registry | undefined;

/** Sets the node types that the page works with, before anything is drawn. */
export function provideNodeTypes(types: Registry): void {
  registry = types;
}

/** The node types that the page works with. */
export function nodeTypes(): Registry {
  if (registry === undefined) throw new Error('Call provideNodeTypes first.');
  return registry;
}

interface UsedGraphs {
  /** The graph files that the open one uses, as last read; a new function when one has changed. */
  readonly lookup: GraphLookup;
}

export const usedGraphs = createStore<UsedGraphs>()(() => ({ lookup: () => undefined }));

interface Checks {
  /** What keeps the open graph from running, as far as it can be told without the server. */
  readonly problems: readonly Problem[];
  /** The catalogue as last seen; the same function while it stays the same, since verdicts are kept by it. */
  readonly models: ModelLookup;
  setModels(models: readonly ModelFacts[]): void;
}

/** No model is known: the catalogue has not come. */
export const noModels: ModelLookup = () => undefined;

export const checks = createStore<Checks>()((set) => ({
  problems: [],
  models: noModels,
  setModels(models) {
    const byId = new Map(models.map((model) => [model.id, model]));
    set({ models: (id) => byId.get(id) });
  },
}));
