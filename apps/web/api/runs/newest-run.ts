import type { RunRecord } from '@graft/graph';
import { isOver, screenStore, documentStore, runView } from '@graft/view';
import { sawExperimentRun } from '../experiments.ts';
import { refreshRuns } from './run-actions.ts';

/**
 * Notes the newest run of a file. Follows a run that another tab or the command line started, unless this tab runs something
 * itself or shows an earlier run. The experiments panel shows runs of an experiment.
 */
export function sawNewestRun(seen: RunRecord): void {
  const { id, file, experiment, status, scope } = seen;
  if (documentStore.getState().file?.path !== file) return;
  if (experiment !== undefined) {
    if (status === 'running' || status === 'queued') sawExperimentRun(seen);
    return;
  }
  void refreshRuns();
  // One that was given something else than the file has is looked at where it was asked for.
  if (scope !== undefined && screenStore.getState().view !== 'app') return;
  const { run, newest, past, setNewest, follow } = runView.getState();
  if (id === newest) return;
  setNewest(id);
  if (run === null || (run.runId === newest && isOver(run) && !past)) follow(id);
}
