import { isNodeKey } from '@graft/graph';
import type { Command } from '../commands/command.ts';
import { hasRun } from '../commands/conditions.ts';
import { pathOf } from '../state/node-path.ts';
import { useRunView } from '../state/stores.ts';
import { useScreen } from '../state/screen-store.ts';
import { compareSides } from './compare-place.ts';
import { mostSides } from '@graft/view';

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
  title: 'Compare the selected nodes',
  group: 'Run',
  enabled: () => hasRun() && selectedNodes().length > 1,
  run: compareSelected,
};
