import { useDocument } from './stores.ts';
import { useScreen } from './screen-store.ts';

/**
 * Shows the canvas wherever there is nothing to be shown in another way: it says how to begin, and is never without a way on.
 * A notebook may be empty: it takes a first cell. Not while the first file is still being opened. Returns the stop function.
 */
export function keepViewShowable(): () => void {
  const check = (): void => {
    const { begun, view, look } = useScreen.getState();
    if (!begun || view === 'canvas') return;
    const { file, graph } = useDocument.getState();
    const isEmpty = view !== 'notebook' && Object.keys(graph.nodes).length === 0;
    if (file === null || isEmpty) look('canvas');
  };
  check();
  const stops = [useScreen.subscribe(check), useDocument.subscribe(check)];
  return () => {
    for (const stop of stops) stop();
  };
}
