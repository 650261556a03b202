import {
  openSelectedFile,
  selectedBy,
  selectedFile,
  selectedUse,
  switchSelected,
} from '../canvas/subgraph-actions.ts';
import type { Command } from './command.ts';
import { hasSelection } from './conditions.ts';

/** Loaded when first asked for. */
const edits = () => import('../canvas/subgraph-edits.ts');

export const subgraphCommands: readonly Command[] = [
  {
    id: 'make-subgraph',
    title: 'Make a subgraph of the selection',
    group: 'Edit',
    keys: ['mod+g'],
    words: 'group nodes function reuse',
    enabled: hasSelection,
    run: () => void edits().then((made) => made.makeSubgraphOfSelection()),
  },
  {
    id: 'inline-subgraph',
    title: 'Inline the subgraph',
    group: 'Edit',
    keys: ['mod+shift+g'],
    words: 'ungroup expand dissolve',
    enabled: () => selectedUse() !== undefined,
    run: () => void edits().then((made) => made.inlineSelected()),
  },
  {
    id: 'open-used-graph',
    title: 'Open the file of the graph',
    group: 'Edit',
    words: 'subgraph enter reference',
    enabled: () => selectedFile() !== undefined,
    run: openSelectedFile,
  },
  {
    id: 'switch-off',
    title: 'Switch off',
    group: 'Edit',
    keys: ['mod+e'],
    words: 'bypass disable mute selected nodes',
    enabled: () => selectedBy(false).length > 0,
    run: () => switchSelected(true),
  },
  {
    id: 'switch-on',
    title: 'Switch on',
    group: 'Edit',
    keys: ['mod+shift+e'],
    words: 'bypass enable selected nodes',
    enabled: () => selectedBy(true).length > 0,
    run: () => switchSelected(false),
  },
];
