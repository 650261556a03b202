import { isNodeKey } from '@graft/graph';
import { useDocument } from './document-store.ts';
import { follow, stepIdOf, wayOf } from './levels.ts';
import { useRunView } from './run-view.ts';
import { useScreen, views, type InspectorTab, type View } from './screen-store.ts';

const tabs: readonly InspectorTab[] = ['parameters', 'output', 'logs', 'about'];

/** What a reload, or somebody who is given the address, should see again. */
export interface Place {
  /** Path of the file. */
  readonly graph: string | null;
  /** The nodes that were gone into. */
  readonly within: readonly string[];
  readonly node: string | null;
  readonly tab: InspectorTab | undefined;
  readonly view: View;
  /** The run of before that is looked at. */
  readonly run: string | null;
}

export function placeFromAddress(): Place {
  const { searchParams } = new URL(location.href);
  const tab = searchParams.get('tab');
  return {
    graph: searchParams.get('graph'),
    within: (searchParams.get('in') ?? '').split('/').filter((id) => id !== ''),
    node: searchParams.get('node'),
    tab: tabs.find((one) => one === tab),
    view: views.find((view) => view === searchParams.get('view')) ?? 'canvas',
    run: searchParams.get('run'),
  };
}

/** What the address holds of a comparison. */
const comparePlaceNames = ['side', 'of', 'turned', 'all'] as const;

/** While a place is taken from the address, the address is not written. */
let reading = false;

/** Shows a place in the open graph, as far as it still has it. */
export function showPlace({ within, node, tab, view, run }: Place): void {
  reading = true;
  useScreen.getState().look(view);
  const { graph, go } = useDocument.getState();
  go(follow(graph, within).trail);
  const there = node !== null && Object.hasOwn(useDocument.getState().shown.nodes, node);
  useScreen.getState().select(there ? [node] : []);
  if (tab !== undefined) useScreen.getState().show({ inspectorTab: tab });
  const { newest, lookBack, follow: showRun } = useRunView.getState();
  if (run === null) showRun(newest);
  else lookBack(run);
  reading = false;
  history.replaceState(null, '', addressOfPlace());
}

/** The address of what is shown in the open file. */
export function addressOfPlace(): URL {
  const { trail } = useDocument.getState();
  const { selection, inspectorTab, view } = useScreen.getState();
  const url = new URL(location.href);
  const put = (name: string, value: string | undefined): void => {
    if (value === undefined || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  };
  put('in', trail.map(stepIdOf).join('/'));
  const [only = ''] = selection;
  put('node', selection.length === 1 && isNodeKey(only) ? only : undefined);
  put('tab', inspectorTab === 'parameters' ? undefined : inspectorTab);
  put('view', view === 'canvas' ? undefined : view);
  const { past, run } = useRunView.getState();
  put('run', past ? run?.runId : undefined);
  // What is compared stands there as long as it is looked at: see `compare/compare-place.ts`.
  if (view !== 'compare') for (const name of comparePlaceNames) put(name, undefined);
  return url;
}

/**
 * Keeps what was gone into, the selected node, the inspector's tab and a run of before in the address; the browser's own way back leads out
 * of what was gone into. Returns the stop function.
 */
export function keepPlaceInAddress(): () => void {
  const shown = () => {
    const { file, trail } = useDocument.getState();
    return { path: file?.path, way: wayOf(trail) };
  };
  let written = shown();
  const write = (): void => {
    const now = shown();
    // Another file has brought its own entry.
    const moved = now.path === written.path && now.way !== written.way;
    written = now;
    if (reading) return;
    const url = addressOfPlace();
    if (url.href === location.href) return;
    if (moved) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  };
  const stopScreen = useScreen.subscribe(({ selection, inspectorTab, view }, before) => {
    if (
      selection !== before.selection ||
      inspectorTab !== before.inspectorTab ||
      view !== before.view
    )
      write();
  });
  const stopDocument = useDocument.subscribe(({ trail }, before) => {
    if (trail !== before.trail) write();
  });
  const stopRun = useRunView.subscribe(({ past, run }, before) => {
    if (past !== before.past || (past && run?.runId !== before.run?.runId)) write();
  });
  return () => {
    stopRun();
    stopScreen();
    stopDocument();
  };
}
