import { isNodeKey } from '@graft/graph';
import {
  drawnFile,
  follow,
  stepIdOf,
  documentStore,
  runView,
  openPanel,
  panelStore,
  bottomTabs,
  screenStore,
  views,
  type BottomTab,
  type InspectorTab,
  type View,
} from '@graft/view';

const tabs: readonly InspectorTab[] = ['parameters', 'output', 'logs', 'about'];

/** The most characters of node ids in an address; further ids are left out. */
const longestNodes = 1_500;

/** The most characters of a run's id: the server takes no longer one. */
const longestRun = 200;

/** What a reload, or the recipient of a link, sees again. */
export interface Place {
  /** Path of the file. */
  readonly graph: string | null;
  /** The nodes that were entered. */
  readonly within: readonly string[];
  /** The selected nodes. */
  readonly nodes: readonly string[];
  readonly tab: InspectorTab | undefined;
  /** The tab of the open lower panel; absent: the run, or the panel is folded. */
  readonly below: BottomTab | undefined;
  readonly view: View;
  /** The past run that is shown. */
  readonly run: string | null;
}

export function placeFromAddress(): Place {
  const { searchParams } = new URL(location.href);
  const tab = searchParams.get('tab');
  const run = searchParams.get('run') ?? '';
  return {
    graph: searchParams.get('graph') || null,
    within: (searchParams.get('in') ?? '').split('/').filter((id) => id !== ''),
    nodes: searchParams.getAll('node'),
    tab: tabs.find((known) => known === tab),
    below: bottomTabs.find((known) => known === searchParams.get('below')),
    view: views.find((view) => view === searchParams.get('view')) ?? 'canvas',
    run: run === '' || run.length > longestRun ? null : run,
  };
}

/** The parameters of a comparison in the address. */
const comparePlaceNames = ['side', 'of', 'turned', 'all'] as const;

let reading = false;

/** Whether the address is being read; it is not written meanwhile. */
export const isReading = (): boolean => reading;

/** Shows a place of the open graph, as far as it still exists. */
export function showPlace({ within, nodes, tab, below, view, run }: Place): void {
  reading = true;
  screenStore.getState().look(view);
  const { go, ...files } = documentStore.getState();
  go(follow(drawnFile(files), within).trail);
  const { shown } = documentStore.getState();
  screenStore.getState().select(nodes.filter((node) => Object.hasOwn(shown.nodes, node)));
  screenStore.getState().show({ inspectorTab: tab ?? 'parameters' });
  if (below !== undefined) {
    openPanel('lower');
    screenStore.getState().show({ bottomTab: below });
  }
  const { newest, lookBack, follow: showRun } = runView.getState();
  if (run === null) showRun(newest);
  else lookBack(run);
  reading = false;
  history.replaceState(null, '', addressOfPlace());
}

/** The address of what the open file shows. */
export function addressOfPlace(): URL {
  const { trail } = documentStore.getState();
  const { selection, inspectorTab, bottomTab, view } = screenStore.getState();
  const url = new URL(location.href);
  const put = (name: string, value: string | undefined): void => {
    if (value === undefined || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  };
  put('in', trail.map(stepIdOf).join('/'));
  putNodes(url, selection.filter(isNodeKey));
  const isBelow =
    view === 'canvas' && bottomTab !== 'run' && !panelStore.getState().collapsed.lower;
  put('below', isBelow ? bottomTab : undefined);
  put('tab', inspectorTab === 'parameters' ? undefined : inspectorTab);
  put('view', view === 'canvas' ? undefined : view);
  const { past, run } = runView.getState();
  put('run', past ? run?.runId : undefined);
  // A comparison keeps its own parameters: see `compare/compare-place.ts`.
  if (view !== 'compare') for (const name of comparePlaceNames) put(name, undefined);
  return url;
}

/** The address of a run of the open file. */
export function addressOfRun(runId: string): URL {
  const { file } = documentStore.getState();
  const url = new URL(location.pathname, location.href);
  if (file !== null) url.searchParams.set('graph', file.path);
  url.searchParams.set('run', runId);
  return url;
}

function putNodes({ searchParams }: URL, nodes: readonly string[]): void {
  searchParams.delete('node');
  let left = longestNodes;
  for (const node of nodes) {
    left -= node.length;
    if (left < 0) return;
    searchParams.append('node', node);
  }
}
