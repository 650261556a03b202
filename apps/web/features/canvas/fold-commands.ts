import { setCollapsed } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { useDocument } from '../../kit/stores.ts';
import { announce, type Command, selectedNodes } from '@graft/view';

/**
 * Folds the cards of the selected nodes to their titles, or unfolds them: one step of the history. Where they are so already,
 * the opposite: the key was pressed twice before this was loaded, and meant the other way the second time.
 */
function foldSelected(asked: boolean): void {
  const { shown, edit } = useDocument.getState();
  const areNot = (isFolded: boolean): readonly string[] =>
    selectedNodes().filter((id) => (shown.layout[id]?.collapsed === true) !== isFolded);
  const isFolded = areNot(asked).length > 0 ? asked : !asked;
  const ids = areNot(isFolded);
  edit((graph) => setCollapsed(graph, ids, isFolded));
  announce(`${isFolded ? 'Collapsed' : 'Expanded'} ${plural(ids.length, 'node')}.`);
}

/** Whether some of the selected nodes are folded to their titles, or are not. */
function hasFolded(isFolded: boolean): boolean {
  const { layout } = useDocument.getState().shown;
  return selectedNodes().some((id) => (layout[id]?.collapsed === true) === isFolded);
}

/** One key for both: a selection of which only some are folded is folded whole first. */
export const foldCommands: readonly Command[] = [
  {
    id: 'collapse',
    title: 'Collapse to the title',
    group: 'Edit',
    keys: ['h'],
    views: ['canvas'],
    onCanvas: true,
    passOn: true,
    enabled: () => hasFolded(false),
    run: () => foldSelected(true),
  },
  {
    id: 'expand',
    title: 'Expand again',
    group: 'Edit',
    keys: ['h'],
    views: ['canvas'],
    onCanvas: true,
    enabled: () => hasFolded(true),
    run: () => foldSelected(false),
  },
];
