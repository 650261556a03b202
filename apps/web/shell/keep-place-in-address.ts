import { afterPaint } from '../kit/after-paint.ts';
import { useDocument, useRunView, usePanels, useScreen } from '../kit/stores.ts';
import { wayOf } from '@graft/view';
import { addressOfPlace, isReading } from '../api/graphs/place-in-address.ts';

/**
 * Keeps in the address: the open subgraphs, the selected nodes, the view, the tabs of the inspector and the lower panel, and
 * the earlier run on the screen. Back leaves a subgraph, or returns from the App or the notebook to the view before. Returns a
 * function that stops it.
 */
export function keepPlaceInAddress(): () => void {
  const shown = () => {
    const { file, trail, graph } = useDocument.getState();
    const { view } = useScreen.getState();
    const isEmpty = Object.keys(graph.nodes).length === 0;
    return { path: file?.path, way: wayOf(trail), view, isEmpty };
  };
  /** Whether a person changed the view: a comparison brings its own entry, and an empty graph gives way to the canvas. */
  const isOtherView = (now: ReturnType<typeof shown>): boolean =>
    now.view !== written.view && now.view !== 'compare' && !(now.view === 'canvas' && now.isEmpty);
  let written = shown();
  let waiting: (() => void) | undefined;
  const drop = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const write = (): void => {
    drop();
    const now = shown();
    // Another file has brought its own entry.
    const moved = now.path === written.path && (now.way !== written.way || isOtherView(now));
    written = now;
    // Where the file could not be read, a later reload may find the place.
    if (isReading() || now.path === undefined) return;
    const url = addressOfPlace();
    if (url.href === location.href) return;
    if (moved) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  };
  /** What only replaces the entry: the browser takes its time for that, which nobody who presses should wait for. */
  const writeLater = (): void => {
    waiting ??= afterPaint(write);
  };
  // The entry is another by then, and what it shows was not gone to.
  const follow = (): void => {
    drop();
    written = shown();
  };
  addEventListener('popstate', follow);
  const stops = [
    useScreen.subscribe(({ begun, selection, inspectorTab, bottomTab, view }, before) => {
      if (
        begun !== before.begun ||
        selection !== before.selection ||
        inspectorTab !== before.inspectorTab ||
        bottomTab !== before.bottomTab ||
        view !== before.view
      )
        writeLater();
    }),
    usePanels.subscribe(({ collapsed }, before) => {
      if (collapsed.lower !== before.collapsed.lower) writeLater();
    }),
    useDocument.subscribe(({ trail }, before) => {
      if (trail !== before.trail) write();
    }),
    useRunView.subscribe(({ past, run }, before) => {
      if (past !== before.past || (past && run?.runId !== before.run?.runId)) write();
    }),
  ];
  // What was done before this was there; a place that is on its way is written by what shows it.
  if (useScreen.getState().begun) write();
  return () => {
    drop();
    removeEventListener('popstate', follow);
    for (const stop of stops) stop();
  };
}
