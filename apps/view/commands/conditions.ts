import { isNodeKey } from '@graft/graph';
import { documentStore } from '../document/document-store.ts';
import { runView, isGoingOn } from '../run/run-view.ts';
import { screenStore } from '../screen/screen-store.ts';
import { isOver } from '../run/run-state.ts';

export const hasFile = (): boolean => documentStore.getState().file !== null;
/** Whether the file has nodes to run. */
export const isRunnable = (): boolean =>
  Object.keys(documentStore.getState().graph.nodes).length > 0;
/** Whether nodes are shown. */
export const hasNodes = (): boolean => Object.keys(documentStore.getState().shown.nodes).length > 0;
export const hasExperiments = (): boolean =>
  Object.keys(documentStore.getState().graph.experiments ?? {}).length > 0;
export const hasSelection = (): boolean => screenStore.getState().selection.length > 0;

/** The selected nodes, without the notes and groups that are selected with them. */
export const selectedNodes = (): readonly string[] =>
  screenStore.getState().selection.filter(isNodeKey);

/** The selected node, where it is one alone. */
export function selectedNode(): string | undefined {
  const { selection } = screenStore.getState();
  const [only] = selection;
  return only !== undefined && selection.length === 1 && isNodeKey(only) ? only : undefined;
}

/** Whether a run is on the screen that has ended. */
export function hasRun(): boolean {
  const { run } = runView.getState();
  return run !== null && isOver(run);
}

/** Whether an earlier run is looked at. */
export const isPast = (): boolean => runView.getState().past;

/** Whether the run on the screen is known to go on. */
export const works = (): boolean => isGoingOn(runView.getState());
