import { frozenFileOf } from '@graft/graph';
import { deleteSelected, selectAll } from '../canvas/edit-actions.ts';
import { nodeCard } from '../canvas/focus-node.ts';
import { focusedPort, focusFirstPort } from '../canvas/focus-port.ts';
import { fitNodes, selectedEdges, unselectEdges } from '../canvas/viewport.ts';
import { isLabeller } from '../labels/labeller.ts';
import { canUndo, redo, undo } from '@graft/view';
import { useDocument } from '../state/stores.ts';
import { pathOf } from '../state/node-path.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { useScreen } from '../state/screen-store.ts';
import type { Command } from './command.ts';
import {
  hasFile,
  hasNodes,
  hasSelectedEdge,
  hasSelection,
  meantNode,
  selectedNode,
} from './conditions.ts';
import {
  copyToClipboard,
  cutToClipboard,
  pasteFromClipboard,
  selectNeighbours,
} from '../canvas/clipboard-actions.ts';
import { duplicateSelection } from '../canvas/duplicate.ts';
import { focusInspector } from '../inspector/focus-inspector.ts';
import { readRowsOf } from '@graft/graph';

const theNode = () => useDocument.getState().shown.nodes[selectedNode() ?? ''];

/** Asks for the frozen rows that the selected node reads. */
function editRows(): void {
  useOverlay.getState().show({ editedRows: readRowsOf(theNode()) ?? null });
}

/** Asks what the node that is meant shall be connected to, or its port that has the focus. */
function connectMeant(): void {
  const node = meantNode();
  const port = focusedPort();
  if (node !== undefined)
    useOverlay.getState().show({ connecting: { node, ...(port === undefined ? {} : { port }) } });
}

/** Writes the title of the node that is meant anew: of a large graph seen from far its card may not be drawn. */
function renameMeant(): void {
  const node = meantNode();
  if (node === undefined) return;
  useOverlay.getState().show({ renamingNode: node });
  if (useScreen.getState().view === 'canvas' && nodeCard(node) === null) fitNodes([node]);
}

function toInspector(tab: 'parameters' | 'output'): void {
  const node = meantNode();
  if (node === undefined) return;
  focusInspector(node, tab);
}

/** Whether the node that is meant has an edge. */
function isConnected(): boolean {
  const node = meantNode();
  const { edges } = useDocument.getState().shown;
  return edges.some(({ source, target }) => source === node || target === node);
}

/** Path of the selected node, where it takes labels. */
function selectedLabeller(): string | undefined {
  const node = selectedNode();
  const { shown } = useDocument.getState();
  return node !== undefined && isLabeller(shown.nodes[node]) ? pathOf(node) : undefined;
}

const history = () => useDocument.temporal.getState();

export const editCommands: readonly Command[] = [
  {
    id: 'undo',
    title: 'Undo',
    group: 'Edit',
    keys: ['mod+z'],
    enabled: canUndo,
    run: undo,
  },
  {
    id: 'redo',
    title: 'Redo',
    group: 'Edit',
    keys: ['mod+shift+z', 'mod+y'],
    enabled: () => history().futureStates.length > 0,
    run: redo,
  },
  {
    id: 'cut',
    title: 'Cut',
    group: 'Edit',
    keys: ['mod+x'],
    keysElsewhere: true,
    onCell: true,
    enabled: hasSelection,
    run: () => void cutToClipboard(),
  },
  {
    id: 'copy',
    title: 'Copy',
    group: 'Edit',
    keys: ['mod+c'],
    keysElsewhere: true,
    enabled: hasSelection,
    run: () => void copyToClipboard(),
  },
  {
    id: 'paste',
    title: 'Paste',
    group: 'Edit',
    keys: ['mod+v'],
    keysElsewhere: true,
    enabled: hasFile,
    run: () => void pasteFromClipboard(),
  },
  {
    id: 'duplicate',
    title: 'Duplicate',
    group: 'Edit',
    keys: ['mod+d'],
    enabled: hasSelection,
    run: duplicateSelection,
  },
  {
    id: 'rename',
    title: 'Rename',
    group: 'Edit',
    keys: ['f2'],
    onCell: true,
    enabled: () => meantNode() !== undefined,
    run: renameMeant,
  },
  {
    id: 'connect',
    title: 'Connect to …',
    group: 'Edit',
    keys: ['c'],
    onCanvas: true,
    enabled: () => meantNode() !== undefined,
    run: connectMeant,
  },
  {
    id: 'disconnect',
    title: 'Disconnect …',
    group: 'Edit',
    enabled: isConnected,
    run: () =>
      useOverlay.getState().show({ connecting: { node: meantNode() ?? '', disconnect: true } }),
  },
  {
    id: 'ports',
    title: 'Go to the ports',
    group: 'Edit',
    keys: ['p'],
    views: ['canvas'],
    onCanvas: true,
    enabled: () => meantNode() !== undefined,
    run: () => focusFirstPort(meantNode() ?? ''),
  },
  {
    id: 'to-parameters',
    title: 'Go to the parameters',
    group: 'Edit',
    keys: ['e'],
    views: ['canvas'],
    onCanvas: true,
    enabled: () => meantNode() !== undefined,
    run: () => toInspector('parameters'),
  },
  {
    id: 'to-output',
    title: 'Go to the output',
    group: 'Edit',
    keys: ['o'],
    views: ['canvas'],
    onCanvas: true,
    enabled: () => meantNode() !== undefined,
    run: () => toInspector('output'),
  },
  {
    id: 'edit-rows',
    title: 'Edit the rows …',
    group: 'Edit',
    enabled: () => frozenFileOf(theNode()) !== undefined,
    run: editRows,
  },
  {
    id: 'label-answers',
    title: 'Label the answers …',
    group: 'Edit',
    enabled: () => selectedLabeller() !== undefined,
    run: () => useOverlay.getState().show({ labelling: selectedLabeller() ?? null }),
  },
  {
    id: 'delete',
    title: 'Delete',
    group: 'Edit',
    keys: ['delete', 'backspace'],
    onCell: true,
    enabled: () => hasSelection() || selectedEdges().length > 0,
    run: deleteSelected,
  },
  {
    id: 'select-all',
    title: 'Select all',
    group: 'Edit',
    keys: ['mod+a'],
    views: ['canvas'],
    enabled: hasNodes,
    run: selectAll,
  },
  {
    id: 'select-none',
    title: 'Select nothing',
    group: 'Edit',
    keys: ['escape'],
    // An edge that is being drawn takes the key for itself.
    enabled: () =>
      (hasSelection() || hasSelectedEdge()) && useScreen.getState().pendingEdge === null,
    passOn: true,
    run: () => {
      useScreen.getState().select([]);
      unselectEdges();
    },
  },
  {
    id: 'select-before',
    title: 'Select all nodes it needs',
    group: 'Edit',
    enabled: hasSelection,
    run: () => selectNeighbours('before'),
  },
  {
    id: 'select-after',
    title: 'Select all nodes that need it',
    group: 'Edit',
    enabled: hasSelection,
    run: () => selectNeighbours('after'),
  },
];
