import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { experimentEnded } from '../../api/experiments.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { type ExperimentProgress, foldExperimentEvent, noProgress } from '@graft/view';

/** Follows a run of an experiment to its end; after a disconnect it goes on behind the last event that came. */
export function useExperimentProgress(runId: string | undefined): ExperimentProgress {
  const [state, setState] = useState({ runId, progress: noProgress });
  useEffect(() => {
    if (runId === undefined) return;
    const subscription = api.experiments.follow.subscribe(
      { runId },
      {
        onData: ({ data }) => {
          setState((before) => ({
            runId,
            progress: foldExperimentEvent(
              before.runId === runId ? before.progress : noProgress,
              data,
            ),
          }));
          if (data.type === 'experiment.finished') void experimentEnded();
        },
        onError: report,
      },
    );
    return () => subscription.unsubscribe();
  }, [runId]);
  return state.runId === runId ? state.progress : noProgress;
}
