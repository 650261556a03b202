import { selectedBy, switchSelected } from './subgraph-actions.ts';
import { inlineSelected, makeSubgraphOfSelection } from '../../api/graphs/subgraph-edits.ts';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { canLeave, enterSelected, leave, selectedUse } from '../../api/graphs/navigation.ts';
import { type Command, hasSelection } from '@graft/view';

export const subgraphCommands: readonly Command[] = [
  {
    id: 'make-subgraph',
    title: 'Make a subgraph of the selection',
    group: 'Edit',
    keys: ['mod+g'],
    enabled: hasSelection,
    run: () => void makeSubgraphOfSelection(),
  },
  {
    id: 'inline-subgraph',
    title: 'Inline the subgraph',
    group: 'Edit',
    keys: ['mod+shift+g'],
    enabled: () => selectedUse() !== undefined,
    run: () => void inlineSelected(),
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
