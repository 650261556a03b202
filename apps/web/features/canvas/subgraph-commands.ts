import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { canLeave, enterSelected, leave, selectedUse } from '../../api/graphs/navigation.ts';
import { type Command, hasSelection, shapeOf } from '@graft/view';
import { bypassRefusal, GraphError, setBypass } from '@graft/graph';
import { report } from '../../api/graphs/graph-file.ts';

/** The selected nodes that are switched off, or those that are on. */
function selectedBy(off: boolean): readonly string[] {
  const { nodes } = useDocument.getState().shown;
  return useScreen.getState().selection.filter((id) => {
    const node = nodes[id];
    return node !== undefined && (node.bypass === true) === off;
  });
}

/** Switches the selected nodes off or on in one step of the history: all of them, or none, with the reason. */
function switchSelected(off: boolean): void {
  const { shown, edit } = useDocument.getState();
  const ids = selectedBy(!off);
  for (const id of off ? ids : []) {
    const shape = shapeOf(shown.nodes[id]);
    const isTaken = shown.edges.some(({ source }) => source === id);
    const refusal = shape === undefined ? undefined : bypassRefusal(shape, isTaken);
    if (refusal !== undefined) {
      const location = ids.length === 1 ? {} : { node: id };
      report(new GraphError('bad-bypass', refusal, { location }));
      return;
    }
  }
  edit((before) => setBypass(before, ids, off));
}

export const subgraphCommands: readonly Command[] = [
  {
    id: 'make-subgraph',
    title: 'Make a subgraph of the selection …',
    group: 'Edit',
    keys: ['mod+g'],
    enabled: hasSelection,
    run: () => {
      const nodes = useScreen.getState().selection;
      useOverlay.getState().show({ nameQuestion: { kind: 'subgraph', name: 'subgraph', nodes } });
    },
  },
  {
    id: 'repeat-selection',
    title: 'Repeat the selection …',
    group: 'Edit',
    enabled: hasSelection,
    run: () => useOverlay.getState().show({ repeating: useScreen.getState().selection }),
  },
  {
    id: 'inline-subgraph',
    title: 'Inline the subgraph',
    group: 'Edit',
    keys: ['mod+shift+g'],
    enabled: () => selectedUse() !== undefined,
    // Loaded on demand.
    run: () =>
      void import('../../api/graphs/subgraph-edits.ts').then((loaded) => loaded.inlineSelected()),
  },
  {
    id: 'extract-subgraph',
    title: 'Move the subgraph to a file …',
    group: 'Edit',
    enabled: () => selectedUse()?.startsWith('#') === true,
    run: () => {
      const subgraph = selectedUse()?.slice(1) ?? '';
      const folder = useDocument.getState().file?.path.replace(/[^/]*$/, '') ?? '';
      const nameQuestion = { kind: 'extract', name: folder + subgraph, subgraph } as const;
      useOverlay.getState().show({ nameQuestion });
    },
  },
  {
    id: 'enter-subgraph',
    title: 'Open the subgraph',
    group: 'Edit',
    keys: ['enter', 'mod+arrowdown'],
    onCanvas: true,
    passOn: true,
    enabled: () => selectedUse() !== undefined,
    run: enterSelected,
  },
  {
    id: 'leave',
    title: 'Go up one level',
    group: 'Edit',
    keys: ['mod+arrowup'],
    passOn: true,
    enabled: canLeave,
    run: leave,
  },
  {
    id: 'leave-subgraph',
    title: 'Leave the subgraph',
    group: 'Edit',
    keys: ['escape'],
    hidden: true,
    passOn: true,
    enabled: () => {
      const { selection, pendingEdge } = useScreen.getState();
      return canLeave() && selection.length === 0 && pendingEdge === null;
    },
    run: leave,
  },
  {
    id: 'switch-off',
    title: 'Switch off',
    group: 'Edit',
    keys: ['mod+e'],
    enabled: () => selectedBy(false).length > 0,
    run: () => switchSelected(true),
  },
  {
    id: 'switch-on',
    title: 'Switch on',
    group: 'Edit',
    keys: ['mod+shift+e'],
    enabled: () => selectedBy(true).length > 0,
    run: () => switchSelected(false),
  },
];
