import { leaveFullPage, showFullPage } from '../inspector/full-page.ts';
import { usePanels } from '../state/panel-store.ts';
import type { Command } from './command.ts';
import { meantNode } from './conditions.ts';

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
