import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';

/** A store of `apps/view` as a hook, with the store's own methods. */
export function boundStore<Store extends StoreApi<unknown>>(store: Store) {
  type State = ReturnType<Store['getState']>;
  function use<Picked>(select: (state: State) => Picked): Picked {
    return useStore(store as StoreApi<State>, select);
  }
  return Object.assign(use, store);
}
