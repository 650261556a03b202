import type { RunEvent } from '@graft/graph';
import { create } from 'zustand';
import { emptyRun, foldEvent, type RunState } from './run-state.ts';

interface RunView {
  /** The run on the screen: the newest of the open file, or a past one that was asked for. */
  readonly run: RunState | null;
  /** The newest run of the open file that is known. */
  readonly newest: string | null;
  /** Whether events come in: false while the connection is down. */
  readonly connected: boolean;
  follow(runId: string | null): void;
  setNewest(runId: string | null): void;
  apply(events: readonly RunEvent[]): void;
  setConnected(connected: boolean): void;
}

export const useRunView = create<RunView>()((set) => ({
  run: null,
  newest: null,
  connected: true,
  follow: (runId) =>
    set((state) =>
      state.run?.runId === runId ? state : { run: runId === null ? null : emptyRun(runId) },
    ),
  setNewest: (newest) => set({ newest }),
  apply: (events) =>
    set((state) => {
      if (state.run === null) return state;
      const run = events.reduce(foldEvent, state.run);
      return run === state.run ? state : { run };
    }),
  setConnected: (connected) => set({ connected }),
}));
