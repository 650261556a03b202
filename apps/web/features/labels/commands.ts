import { pathOf, selectedNode, type Command } from '@graft/view';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { isLabeller } from './labeller.ts';

/** Path of the selected node, where it takes labels. */
function selectedLabeller(): string | undefined {
  const node = selectedNode();
  const { shown } = useDocument.getState();
  return node !== undefined && isLabeller(shown.nodes[node]) ? pathOf(node) : undefined;
}

export const labelCommands: readonly Command[] = [
  {
    id: 'label-answers',
    title: 'Label the answers …',
    group: 'Edit',
    enabled: () => selectedLabeller() !== undefined,
    run: () => useOverlay.getState().show({ labelling: selectedLabeller() ?? null }),
  },
];
