import { isNodeKey } from '@graft/graph';
import { selectedEdges } from '../canvas/viewport.ts';
import { useDocument, useRunView, useScreen } from '../kit/stores.ts';
import { isGoingOn, isOver } from '@graft/view';

export const hasFile = (): boolean => useDocument.getState().file !== null;
/** Whether the file has nodes to run. */
export const isRunnable = (): boolean => Object.keys(useDocument.getState().graph.nodes).length > 0;
/** Whether nodes are shown. */
export const hasNodes = (): boolean => Object.keys(useDocument.getState().shown.nodes).length > 0;
export const hasExperiments = (): boolean =>
  Object.keys(useDocument.getState().graph.experiments ?? {}).length > 0;
/** Whether an edge is selected where it can be seen. */
export const hasSelectedEdge = (): boolean =>
  useScreen.getState().view === 'canvas' && selectedEdges().length > 0;
export const hasSelection = (): boolean => useScreen.getState().selection.length > 0;

/** The selected nodes, without the notes and groups that are selected with them. */
export const selectedNodes = (): readonly string[] =>
  useScreen.getState().selection.filter(isNodeKey);

/** The selected node, where it is one alone. */
export function selectedNode(): string | undefined {
  const { selection } = useScreen.getState();
  const [only] = selection;
  return only !== undefined && selection.length === 1 && isNodeKey(only) ? only : undefined;
}

/** The node that has the focus, or within which the focus is, on the canvas; else the selected one. */
export function meantNode(): string | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node');
  const { shown } = useDocument.getState();
  const id = focused?.dataset['id'] ?? selectedNode();
  return id !== undefined && Object.hasOwn(shown.nodes, id) ? id : undefined;
}

/** Whether a run is on the screen that has ended. */
export function hasRun(): boolean {
  const { run } = useRunView.getState();
  return run !== null && isOver(run);
}

/** Whether an earlier run is looked at. */
export const isPast = (): boolean => useRunView.getState().past;

/** Whether the run on the screen is known to go on. */
export const works = (): boolean => isGoingOn(useRunView.getState());
