import type { ModelFacts, ModelLookup, Problem } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

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
