import {
  bodyAt,
  drawnFile,
  follow,
  nodeIn,
  plannedPath,
  prefixOf,
  roundsOf,
  stepIdOf,
  usedGraph,
  documentStore,
  innerStepStore,
  runView,
  screenStore,
} from '@graft/view';
import { closeFile, openFile, stayHere } from './open-file.ts';
import { placeFromAddress, showPlace } from './place-in-address.ts';

/** The graph that the selected node uses: `#name` of this file, or the path of another; undefined where it uses none. */
export function selectedUse(): string | undefined {
  const { selection } = screenStore.getState();
  const [id] = selection;
  if (id === undefined || selection.length !== 1) return undefined;
  const { shown } = documentStore.getState();
  return usedGraph(nodeIn(shown, undefined, id));
}

/** The file of the graph that the selected node uses, where that is another one. */
export function selectedFile(): string | undefined {
  const use = selectedUse();
  return use === undefined || use.startsWith('#') ? undefined : use;
}

/** The id of a node as a path names it: of a loop with the newest round that is known. */
function withNewestRound(path: string, node: string): string {
  const round = roundsOf(runView.getState(), path);
  return round === 0 ? node : `${node}#${String(round)}`;
}

/** Goes into the selected node: its subgraph is shown in the place of what is, another file opened. */
export function enterSelected(): void {
  const [node] = screenStore.getState().selection;
  const use = selectedUse();
  const { file, from, trail, go, ...files } = documentStore.getState();
  if (node === undefined || use === undefined) return;
  const outer = trail.map(stepIdOf);
  if (!use.startsWith('#')) {
    const here = file === null ? [] : [{ path: file.path, nodes: [...outer, node] }];
    void openFile(use, [...from, ...here]);
    return;
  }
  const found = follow(drawnFile(files), [...outer, withNewestRound(prefixOf(trail) + node, node)]);
  if (found.rest.length === 0) go(found.trail);
  else {
    const message = `There is no subgraph "${use.slice(1)}" in this file.`;
    screenStore.getState().notify({ tone: 'info', message });
  }
}

/** Shows another round of a loop that was gone into; what is selected stays. */
export function showRound(depth: number, round: number): void {
  const { trail, go } = documentStore.getState();
  go(trail.map((entered, index) => (index === depth ? { ...entered, round } : entered)));
}

/** Goes out to one of the nodes that were gone into, counted from the file's own: 0 shows these. */
export function leaveTo(depth: number): void {
  const { trail, go } = documentStore.getState();
  const left = trail[depth];
  go(trail.slice(0, depth));
  if (left !== undefined) screenStore.getState().select([left.node]);
}

/** Goes back to the node of another file through which one came. */
export async function backTo(index: number): Promise<void> {
  const { from } = documentStore.getState();
  const origin = from[index];
  if (origin === undefined) return;
  await openFile(origin.path, from.slice(0, index), () => void goTo(origin.nodes.join('/')));
}

/** Goes one up: out of a subgraph, then to the file through which one came. */
export function leave(): void {
  const { trail, from } = documentStore.getState();
  if (trail.length > 0) leaveTo(trail.length - 1);
  else void backTo(from.length - 1);
}

/** Whether there is something to go up to. */
export function canLeave(): boolean {
  const { trail, from } = documentStore.getState();
  return trail.length > 0 || from.length > 0;
}

/** Shows and selects the node of a step; of one within another file, the node that uses the file, with the step's output. */
export function goTo(path: string): string {
  const ids = path.split('/');
  const { go, ...files } = documentStore.getState();
  const graph = drawnFile(files);
  const { trail, rest } = follow(graph, ids.slice(0, -1));
  // A loop that is not gone into stands for its rounds, and for what gathers the rows of all of them.
  const node = plannedPath(rest[0] ?? ids.at(-1) ?? '');
  go(trail);
  innerStepStore.setState({ step: rest.length === 0 ? null : path });
  screenStore.getState().select(nodeIn(graph, bodyAt(trail), node) === undefined ? [] : [node]);
  return node;
}

/** Follows the browser's own way back and forth from now on. */
export function followAddress(): void {
  const restore = (): void => {
    const place = placeFromAddress();
    const { file } = documentStore.getState();
    if (place.graph !== null && place.graph !== file?.path) {
      void openFile(place.graph, [], () => showPlace(place));
      return;
    }
    stayHere();
    // Without a graph, the address is of the first screen.
    if (file !== null && place.graph === null) closeFile();
    else if (file?.path === place.graph) showPlace(place);
  };
  window.addEventListener('popstate', restore);
}
