import type { Command } from '@graft/view';
import { meantNode } from '../../kit/focus.ts';
import { usePanels } from '../../kit/stores.ts';
import { focusInspector, leaveFullPage, showFullPage } from './focus-inspector.ts';

function toInspector(tab: 'parameters' | 'output'): void {
  const node = meantNode();
  if (node === undefined) return;
  focusInspector(node, tab);
}

const isFullPage = (): boolean => usePanels.getState().fullPage;

function toggle(): void {
  const node = meantNode();
  if (isFullPage()) leaveFullPage();
  else if (node !== undefined) showFullPage(node);
}

/** Before those that Escape means otherwise. */
export const fullPageCommands: readonly Command[] = [
  {
    id: 'full-page',
    title: 'Show the output on the full page, or go back',
    group: 'View',
    views: ['canvas'],
    keys: ['shift+o'],
    enabled: () => isFullPage() || meantNode() !== undefined,
    run: toggle,
  },
  {
    id: 'leave-full-page',
    title: 'Leave the full page',
    group: 'View',
    views: ['canvas'],
    keys: ['escape'],
    hidden: true,
    passOn: true,
    enabled: isFullPage,
    run: toggle,
  },
];

export const inspectorCommands: readonly Command[] = [
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
];
