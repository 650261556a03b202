import { setCollapsed } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { selectedNodes, announce } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';

/**
 * Folds the cards of the selected nodes to their titles, or unfolds them: one step of the history. Where they are so already,
 * the opposite: the key was pressed twice before this was loaded, and meant the other way the second time.
 */
export function foldSelected(asked: boolean): void {
  const { shown, edit } = useDocument.getState();
  const areNot = (isFolded: boolean): readonly string[] =>
    selectedNodes().filter((id) => (shown.layout[id]?.collapsed === true) !== isFolded);
  const isFolded = areNot(asked).length > 0 ? asked : !asked;
  const ids = areNot(isFolded);
  edit((graph) => setCollapsed(graph, ids, isFolded));
  announce(`${isFolded ? 'Collapsed' : 'Expanded'} ${plural(ids.length, 'node')}.`);
}
