import { useDocument } from './document-store.ts';
import { useScreen, type InspectorTab } from './screen-store.ts';

const tabs: readonly InspectorTab[] = ['parameters', 'output', 'logs', 'about'];

/** What a reload, or somebody who is given the address, should see again. */
export interface Place {
  readonly node: string | null;
  readonly tab: InspectorTab | undefined;
}

export function placeFromAddress(): Place {
  const { searchParams } = new URL(location.href);
  const tab = searchParams.get('tab');
  return { node: searchParams.get('node'), tab: tabs.find((one) => one === tab) };
}

/** Shows a place in the open graph, as far as it still has it. */
export function showPlace({ node, tab }: Place): void {
  if (node !== null && Object.hasOwn(useDocument.getState().graph.nodes, node)) {
    useScreen.getState().select([node]);
  }
  if (tab !== undefined) useScreen.getState().show({ inspectorTab: tab });
}

/** Keeps the selected node and the inspector's tab in the address. Returns the stop function. */
export function keepPlaceInAddress(): () => void {
  return useScreen.subscribe(({ selection, inspectorTab }, before) => {
    if (selection === before.selection && inspectorTab === before.inspectorTab) return;
    const url = new URL(location.href);
    const [only] = selection;
    if (only !== undefined && selection.length === 1) url.searchParams.set('node', only);
    else url.searchParams.delete('node');
    if (inspectorTab === 'parameters') url.searchParams.delete('tab');
    else url.searchParams.set('tab', inspectorTab);
    if (url.href !== location.href) history.replaceState(null, '', url);
  });
}
