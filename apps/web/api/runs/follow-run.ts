import type { RunEvent } from '@graft/graph';
import { emptyRun, foldEvent, isOver, type RunState } from '@graft/view';
import { api } from '../client.ts';

export interface FollowHooks {
  /** The run after events that came together, and these. */
  readonly changed: (run: RunState, events: readonly RunEvent[]) => void;
  /** The server is in trouble, or the run is gone. */
  readonly failed: (error: unknown) => void;
}

/** Follows a run beside the one on the screen, until it is over. Gives what stops that earlier. */
export function followRun(runId: string, { changed, failed }: FollowHooks): () => void {
  let run = emptyRun(runId);
  const subscription = api.live.feed.subscribe(
    { run: runId, file: null, after: 0 },
    {
      onData: ({ data }) => {
        if (data.kind !== 'run') return;
        run = data.events.reduce(foldEvent, run);
        if (isOver(run)) subscription.unsubscribe();
        changed(run, data.events);
      },
      onError: failed,
    },
  );
  return () => subscription.unsubscribe();
}
