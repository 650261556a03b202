import { isNodeKey } from '@graft/graph';
import { addNoteAbout, addNoteAt, groupSelection } from './note-edits.ts';
import { useOverlay, useScreen } from '../../../kit/stores.ts';
import { type Command, hasFile, hasSelection } from '@graft/view';
import { meantNode } from '../../../kit/focus.ts';

/** The selected note or group, if it is the only selection. */
function selectedAnnotation(): string | undefined {
  const { selection } = useScreen.getState();
  const [only] = selection;
  return only !== undefined && selection.length === 1 && !isNodeKey(only) ? only : undefined;
}

const write = (): void =>
  useOverlay.getState().show({ renamingNode: selectedAnnotation() ?? null });

/** They come before commands for nodes, which have the same keys. */
export const noteCommands: readonly Command[] = [
  {
    id: 'write',
    title: 'Edit the note or rename the group',
    group: 'Edit',
    keys: ['f2', 'enter'],
    views: ['canvas'],
    onCanvas: true,
    passOn: true,
    hidden: true,
    enabled: () => selectedAnnotation() !== undefined && meantNode() === undefined,
    run: write,
  },
  {
    id: 'add-note',
    title: 'Add a note',
    group: 'Edit',
    keys: ['n'],
    onCanvas: true,
    enabled: hasFile,
    run: () => addNoteAt(),
  },
  {
    id: 'note-about',
    title: 'Add a note about this node',
    group: 'Edit',
    views: ['canvas'],
    enabled: () => meantNode() !== undefined,
    run: () => {
      const node = meantNode();
      if (node !== undefined) addNoteAbout(node);
    },
  },
  {
    id: 'group-selection',
    title: 'Group the selection',
    group: 'Edit',
    keys: ['g'],
    views: ['canvas'],
    onCanvas: true,
    enabled: hasSelection,
    run: groupSelection,
  },
];
