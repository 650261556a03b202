import { canUndo, hasFile, hasNodes, hasSelection, redo, undo, type Command } from '@graft/view';
import { meantNode, nodeCard } from '../../kit/focus.ts';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { hasSelectedEdge } from './actions.ts';
import {
  copyToClipboard,
  cutToClipboard,
  pasteFromClipboard,
  selectNeighbours,
} from './clipboard-actions.ts';
import { deleteSelected, duplicateSelection, selectAll } from './edit-actions.ts';
import { focusedPort, focusFirstPort } from './focus-port.ts';
import { tidyShown } from './tidy-shown.ts';
import { fitAll } from './fit-view.ts';
import { fitNodes, selectedEdges, unselectEdges, zoomBy, zoomTo } from './viewport.ts';

/** Asks what to connect the focused port or node to. */
function connectMeant(): void {
  const node = meantNode();
  const port = focusedPort();
  if (node !== undefined)
    useOverlay.getState().show({ connecting: { node, ...(port === undefined ? {} : { port }) } });
}

/** Renames the focused node: in the far view of a large graph its card may not be drawn. */
function renameMeant(): void {
  const node = meantNode();
  if (node === undefined) return;
  useOverlay.getState().show({ renamingNode: node });
  if (useScreen.getState().view === 'canvas' && nodeCard(node) === null) fitNodes([node]);
}

/** Whether the focused node has an edge. */
function isConnected(): boolean {
  const node = meantNode();
  const { edges } = useDocument.getState().shown;
  return edges.some(({ source, target }) => source === node || target === node);
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
];

export const selectCommands: readonly Command[] = [
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
    title: 'Clear the selection',
    group: 'Edit',
    keys: ['escape'],
    // An edge that is being drawn takes the key.
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

export const zoomCommands: readonly Command[] = [
  {
    id: 'zoom-in',
    title: 'Zoom in',
    group: 'View',
    views: ['canvas'],
    keys: ['mod++'],
    run: () => zoomBy(1.25),
  },
  {
    id: 'zoom-out',
    title: 'Zoom out',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+-'],
    run: () => zoomBy(0.8),
  },
  {
    id: 'zoom-100',
    title: 'Zoom to 100 %',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+0'],
    run: () => zoomTo(1),
  },
  {
    id: 'fit',
    title: 'Fit the graph',
    group: 'View',
    views: ['canvas'],
    keys: ['shift+1'],
    enabled: hasNodes,
    run: () => void fitAll(),
  },
  {
    id: 'fit-selection',
    title: 'Fit the selection',
    group: 'View',
    views: ['canvas'],
    keys: ['shift+2'],
    enabled: hasSelection,
    run: () => fitNodes(useScreen.getState().selection),
  },
  {
    id: 'tidy',
    title: 'Tidy layout',
    group: 'View',
    views: ['canvas'],
    enabled: hasNodes,
    run: () => void tidyShown(),
  },
];
