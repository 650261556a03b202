import type { GraphLookup } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

interface UsedGraphs {
  /** The graph files that the open one uses, as last read; a new function when one has changed. */
  readonly lookup: GraphLookup;
}

export const usedGraphs = createStore<UsedGraphs>()(() => ({ lookup: () => undefined }));
