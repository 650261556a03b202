import type { ReactFlowInstance, Viewport } from '@xyflow/react';
import { useEffect, useRef, useState } from 'react';
import { wayOf } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { edgesLed } from './edges/edges.ts';
import { openView } from './fit-view.ts';
import { moveBy, showView, viewNow } from './viewport.ts';

/** The view of a graph without nodes. */
const emptyView: Viewport = { x: 0, y: 0, zoom: 1 };

/** A level of a file, and the views in which it and others were left. */
interface Left {
  readonly path: string;
  readonly prefix: string;
  readonly views: Map<string, Viewport>;
}

/** The canvas as another view of the graph took its place. */
let leftCanvas: Left | undefined;

/**
 * Fits the view once when another file or subgraph is shown, as soon as its nodes have been measured. Coming back from a
 * subgraph or the notebook restores the view. An empty graph begins at full size and is not fitted again, so that the first
 * node stays where it is dropped. Tells how it stands with what is shown: `held` while it waits to be fitted, and is not to be
 * seen elsewhere; `seen` from then on.
 */
export function useFitOnShow(
  flow: ReactFlowInstance,
  measured: boolean,
): 'held' | 'seen' | undefined {
  const path = useDocument((state) => state.file?.path);
  const prefix = useDocument(({ trail }) => wayOf(trail));
  const fitted = useRef<Left>(undefined);
  const shown = path === undefined ? undefined : `${path}\n${prefix}`;
  const [seen, see] = useState<string>();
  useEffect(() => {
    const before = fitted.current;
    if (path === undefined || (before?.path === path && before.prefix === prefix)) return;
    const left = before ?? leftCanvas;
    const views = left?.path === path ? left.views : new Map<string, Viewport>();
    if (before?.path === path) views.set(before.prefix, flow.getViewport());
    const leaves = before === undefined || before.prefix.startsWith(prefix);
    const view = leaves ? views.get(prefix) : undefined;
    const settle = (): void => {
      const now = { path, prefix, views };
      fitted.current = now;
      const hasNodes = Object.keys(useDocument.getState().shown.nodes).length > 0;
      if (hasNodes && view === undefined) {
        // Another graph may be shown by then.
        void openView().then(() => fitted.current === now && see(shown));
      } else {
        showView(view ?? emptyView);
        see(shown);
      }
    };
    const isEmpty = Object.keys(useDocument.getState().shown.nodes).length === 0;
    if (isEmpty) settle();
    else if (measured) {
      // The measured nodes may be those of the graph before.
      let isWanted = true;
      void edgesLed().then(() => isWanted && settle());
      return () => void (isWanted = false);
    }
    return undefined;
  }, [path, prefix, shown, measured, flow]);
  useEffect(
    () => () => {
      const { current } = fitted;
      const view = viewNow();
      if (current === undefined || view === undefined) return;
      current.views.set(current.prefix, view);
      leftCanvas = current;
    },
    [],
  );
  if (shown === undefined) return undefined;
  return shown === seen ? 'seen' : 'held';
}

/**
 * Keeps what is drawn at its place in the window while panels beside and above the canvas come and go. Returns the stop
 * function.
 */
export function holdView(frame: HTMLElement): () => void {
  let before = frame.getBoundingClientRect();
  const sizes = new ResizeObserver(() => {
    const now = frame.getBoundingClientRect();
    const [right, down] = [before.left - now.left, before.top - now.top];
    before = now;
    if (right !== 0 || down !== 0) moveBy(right, down);
  });
  sizes.observe(frame);
  return () => sizes.disconnect();
}
