import { frozenFileOf, readRowsOf } from '@graft/graph';
import { selectedNode, type Command } from '@graft/view';
import { useDocument, useOverlay } from '../../kit/stores.ts';

const theNode = () => useDocument.getState().shown.nodes[selectedNode() ?? ''];

/** Asks for the frozen rows that the selected node reads. */
function editRows(): void {
  useOverlay.getState().show({ editedRows: readRowsOf(theNode()) ?? null });
}

export const rowCommands: readonly Command[] = [
  {
    id: 'edit-rows',
    title: 'Edit the rows …',
    group: 'Edit',
    enabled: () => frozenFileOf(theNode()) !== undefined,
    run: editRows,
  },
];
