import { isNodeKey } from '@graft/graph';
import type { Command } from '../commands/command.ts';
import { hasRun } from '../commands/conditions.ts';
import { pathOf, mostSides } from '@graft/view';
import { useRunView, useScreen } from '../kit/stores.ts';
import { compareSides } from './compare-place.ts';

const selectedNodes = (): readonly string[] => useScreen.getState().selection.filter(isNodeKey);

/** Sets what the selected nodes gave in the run on the screen beside each other. */
function compareSelected(): void {
  const { run } = useRunView.getState();
  if (run === null) return;
  compareSides(
    selectedNodes()
      .slice(0, mostSides)
      .map((id) => ({ run: run.runId, node: pathOf(id) })),
  );
}

/** Without a key, and so only in menus: the page comes to know of it with them. */
export const compareNodes: Command = {
  id: 'compare-nodes',
  title: 'Compare what the selected nodes gave',
  group: 'Run',
  enabled: () => hasRun() && selectedNodes().length > 1,
  run: compareSelected,
};
