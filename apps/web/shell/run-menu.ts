import { works, stepIn, type InspectorTab, action } from '@graft/view';
import { copyText } from '../kit/copy-text.ts';
import { addressOfRun } from '../api/graphs/place-in-address.ts';
import { downloadRun } from '../api/runs/run-history.ts';
import { restoreRan } from '../api/runs/restore-run.ts';
import { startRun } from '../api/runs/run-actions.ts';
import { useRunView } from '../kit/stores.ts';
import { lookAtRun } from '../features/runs/commands.ts';
import type { MenuGroups } from './menu-item.ts';

/** The menu of a run in the list of runs. */
export function runMenu(id: string): MenuGroups {
  const { newest } = useRunView.getState();
  return [
    [
      { id: 'open-run', title: 'Open', run: () => lookAtRun(id) },
      {
        id: 'compare-run',
        title: 'Compare with latest',
        disabled: newest === null || newest === id,
        run: () => {
          if (newest !== null) action('compareSides')([{ run: id }, { run: newest }]);
        },
      },
      { id: 'restore-run', title: 'Restore graph', run: () => void restoreRan(id) },
    ],
    [
      { id: 'export-html', title: 'Export as HTML', run: () => downloadRun(id) },
      { id: 'export-md', title: 'Export as Markdown', run: () => downloadRun(id, 'md') },
      {
        id: 'copy-run-link',
        title: 'Copy the link',
        run: () => void copyText(addressOfRun(id).href, 'the link'),
      },
    ],
  ];
}

/** The menu of a step of the run on the screen. */
export function stepMenu(path: string): MenuGroups {
  const step = stepIn(useRunView.getState().run, path);
  const show = (tab: InspectorTab): void => action('showNode')(path, tab);
  const message = step?.error?.message;
  return [
    [
      { id: 'go-to-step', title: 'Go to the node', run: () => show('output') },
      {
        id: 'run-to-step',
        title: 'Run up to here',
        disabled: works(),
        run: () => void startRun(path),
      },
      { id: 'show-step-log', title: 'Show log', run: () => show('logs') },
    ],
    message === undefined
      ? []
      : [
          {
            id: 'copy-error',
            title: 'Copy the error',
            run: () => void copyText(message, 'the error'),
          },
        ],
  ];
}
