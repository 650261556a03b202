import type { Graph } from '@graft/graph';
import { createStore } from 'zustand/vanilla';
import { screenStore } from './screen-store.ts';

/** The file as it now is on disk, when it is no longer what the open graph was made from. */
export interface Conflict {
  readonly path: string;
  readonly revision: string;
  readonly text: string;
  readonly graph: Graph;
  /** `save`: a save was refused. `disk`: the change was noticed before. */
  readonly found: 'save' | 'disk';
}

interface ConflictState {
  readonly conflict: Conflict | null;
  /** Whether the dialog is open; a change noticed on disk first shows as a notice. */
  readonly shown: boolean;
  raise(conflict: Conflict, shown: boolean): void;
  showDialog(): void;
  settle(): void;
}

export const conflictStore = createStore<ConflictState>()((set) => ({
  conflict: null,
  shown: false,
  // The watcher may tell of a change after a refused save has: the dialog then stays open.
  raise: (conflict, shown) => set((state) => ({ conflict, shown: shown || state.shown })),
  showDialog: () => set({ shown: true }),
  settle: () => {
    screenStore.getState().dismissUntil('settled');
    set({ conflict: null, shown: false });
  },
}));
