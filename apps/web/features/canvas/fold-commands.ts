import { foldSelected } from './collapse.ts';
import { useDocument } from '../../kit/stores.ts';
import { type Command, selectedNodes } from '@graft/view';

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
