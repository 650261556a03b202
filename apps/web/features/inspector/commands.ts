import { askForModel, isModelNode, type Command } from '@graft/view';
import { meantNode } from '../../kit/focus.ts';
import { useDocument, usePanels } from '../../kit/stores.ts';
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

/** The language model that is meant: of the selected node, else the only one of the graph. */
function meantModel(): string | undefined {
  const { nodes } = useDocument.getState().shown;
  const meant = meantNode();
  if (meant !== undefined && isModelNode(nodes[meant]?.type)) return meant;
  const all = Object.keys(nodes).filter((id) => isModelNode(nodes[id]?.type));
  return all.length === 1 ? all[0] : undefined;
}

export const inspectorCommands: readonly Command[] = [
  {
    id: 'choose-model',
    title: 'All models …',
    group: 'Edit',
    enabled: () => meantModel() !== undefined,
    run: () => {
      const node = meantModel();
      if (node !== undefined) askForModel(node);
    },
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
];
