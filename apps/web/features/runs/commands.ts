import {
  action,
  hasExperiments,
  hasFile,
  hasRun,
  hasSelection,
  isPast,
  isRunnable,
  openPanel,
  pathOf,
  selectedNodes,
  views,
  works,
  type BottomTab,
  type Command,
} from '@graft/view';
import { report } from '../../api/graphs/graph-file.ts';
import { openFile } from '../../api/graphs/open-file.ts';
import { exportRun } from '../../api/runs/run-history.ts';
import { cancelRun, startRun, runShown } from '../../api/runs/run-actions.ts';
import { switchRunOnChange } from '../../api/runs/source-changes.ts';
import { useDocument, useRunView, useScreen } from '../../kit/stores.ts';

/**
 * Shows a past run, in its file. Its row disappears with the list, so that the focus moves to the first tab, that of the
 * run.
 */
export function lookAtRun(runId: string, file?: string): void {
  if (file !== undefined && file !== useDocument.getState().file?.path) {
    void openFile(file).then((opened) => {
      if (useDocument.getState().file?.path === opened) lookAtRun(runId);
    }, report);
    return;
  }
  useRunView.getState().lookBack(runId);
  document.querySelector<HTMLElement>('section[aria-label="Runs"] [role="tab"]')?.focus();
  openPanel('lower');
  useScreen.getState().show({ bottomTab: 'run' });
}

/** Shows a tab of the lower panel. */
function showBelow(bottomTab: BottomTab): void {
  useScreen.getState().look('canvas');
  openPanel('lower');
  useScreen.getState().show({ bottomTab });
}

export const startCommands: readonly Command[] = [
  {
    id: 'run',
    title: 'Run',
    group: 'Run',
    views,
    keys: ['mod+enter'],
    whileTyping: true,
    enabled: () => isRunnable() && !works(),
    run: () => void runShown(),
  },
  {
    id: 'run-to-here',
    title: 'Run up to here',
    group: 'Run',
    keys: ['shift+enter'],
    enabled: () => selectedNodes().length > 0 && !works(),
    run: () => void startRun(...selectedNodes().map(pathOf)),
  },
];

export const runCommands: readonly Command[] = [
  {
    id: 'cancel',
    title: 'Cancel the run',
    group: 'Run',
    views,
    enabled: works,
    run: () => void cancelRun(),
  },
  {
    id: 'leave-past-run',
    title: 'Return to the latest run',
    group: 'Run',
    views: ['canvas', 'notebook', 'app'],
    keys: ['escape'],
    // Selected text comes first.
    enabled: () => isPast() && !hasSelection() && !action('hasSelectedEdge')(),
    passOn: true,
    run: () => useRunView.getState().follow(useRunView.getState().newest),
  },
  {
    id: 'export-run',
    title: 'Export the run as HTML',
    group: 'Run',
    views,
    enabled: hasRun,
    run: exportRun,
  },
  {
    id: 'run-on-change',
    title: 'Run on change: turn on or off',
    group: 'Run',
    enabled: hasFile,
    run: switchRunOnChange,
  },
  {
    id: 'plan-overlay',
    title: 'Show or hide the plan on the canvas',
    group: 'Run',
    views: ['canvas'],
    keys: ['w'],
    enabled: isRunnable,
    run: () => useScreen.getState().show({ planOverlay: !useScreen.getState().planOverlay }),
  },
  {
    id: 'show-log',
    title: 'Show the log of the run',
    group: 'Run',
    enabled: hasFile,
    run: () => showBelow('log'),
  },
  {
    id: 'show-plan',
    title: 'Show the plan',
    group: 'Run',
    enabled: hasFile,
    run: () => showBelow('plan'),
  },
  {
    id: 'show-runs',
    title: 'Show all runs',
    group: 'Run',
    enabled: hasFile,
    run: () => showBelow('runs'),
  },
  {
    id: 'show-experiments',
    title: 'Show the experiments',
    group: 'Run',
    enabled: hasExperiments,
    run: () => showBelow('experiments'),
  },
];
