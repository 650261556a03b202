import {
  canonicalModelId,
  type GraphLookup,
  type ModelFacts,
  type ModelLookup,
  type Problem,
  type Registry,
} from '@graft/graph';
import { createStore } from 'zustand/vanilla';

let registry: Registry | undefined;

/** Sets the node types of the page, before anything is drawn. */
export function provideNodeTypes(types: Registry): void {
  registry = types;
}

/** The node types of the page. */
export function nodeTypes(): Registry {
  if (registry === undefined) throw new Error('Call provideNodeTypes first.');
  return registry;
}

interface UsedGraphs {
  /** Graph files that the open one uses, as last read. The function is replaced when one of them changes. */
  readonly lookup: GraphLookup;
}

export const usedGraphs = createStore<UsedGraphs>()(() => ({ lookup: () => undefined }));

interface Checks {
  /** What keeps the open graph from running, as far as the page can tell without the server. */
  readonly problems: readonly Problem[];
  /** The catalogue as last seen. The function stays the same while the catalogue does: verdicts are cached by it. */
  readonly models: ModelLookup;
  setModels(models: readonly ModelFacts[]): void;
}

/** Used until the catalogue has arrived. */
export const noModels: ModelLookup = () => undefined;

export const checks = createStore<Checks>()((set) => ({
  problems: [],
  models: noModels,
  setModels(models) {
    const byId = new Map(models.map((model) => [model.id, model]));
    set({ models: (id) => byId.get(canonicalModelId(id)) });
  },
}));
