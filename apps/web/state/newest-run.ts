import type { RunRecord } from '@graft/graph';
import { isOver } from '@graft/view';
import { sawExperimentRun } from './experiment-actions.ts';
import { refreshRuns } from './run-actions.ts';
import { useScreen } from './screen-store.ts';
import { useDocument, useRunView } from './stores.ts';

/**
 * Notes the newest run of a file. Follows a run that another tab or the command line started, unless this tab runs something
 * itself or shows an earlier run. The experiments panel shows runs of an experiment.
 */
export function sawNewestRun(seen: RunRecord): void {
  const { id, file, experiment, status, scope } = seen;
  if (useDocument.getState().file?.path !== file) return;
  if (experiment !== undefined) {
    if (status === 'running' || status === 'queued') sawExperimentRun(seen);
    return;
  }
  void refreshRuns();
  // One that was given something else than the file has is looked at where it was asked for.
  if (scope !== undefined && useScreen.getState().view !== 'app') return;
  const { run, newest, past, setNewest, follow } = useRunView.getState();
  if (id === newest) return;
  setNewest(id);
  if (run === null || (run.runId === newest && isOver(run) && !past)) follow(id);
}
