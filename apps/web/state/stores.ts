import { documentStore, runView } from '@graft/view';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';

/** A store of `apps/view` as a hook, with the store's own methods. */
function bound<State, Methods extends object>(store: StoreApi<State> & Methods) {
  const use = <Picked>(select: (state: State) => Picked): Picked => useStore(store, select);
  return Object.assign(use, store);
}

/** The open document. */
export const useDocument = bound(documentStore);
/** The runs on the screen. */
export const useRunView = bound(runView);
