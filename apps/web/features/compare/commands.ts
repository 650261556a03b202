import { type Command, hasRun, selectedNodes, pathOf, mostSides } from '@graft/view';
import { useRunView } from '../../kit/stores.ts';
import { compareActions } from './actions.ts';

/** Sets what the selected nodes gave in the run on the screen beside each other. */
function compareSelected(): void {
  const { run } = useRunView.getState();
  if (run === null) return;
  compareActions.compareSides(
    selectedNodes()
      .slice(0, mostSides)
      .map((id) => ({ run: run.runId, node: pathOf(id) })),
  );
}

export const compareCommands: readonly Command[] = [
  {
    id: 'compare-nodes',
    title: 'Compare the selected nodes',
    group: 'Run',
    enabled: () => hasRun() && selectedNodes().length > 1,
    run: compareSelected,
  },
];
