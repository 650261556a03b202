import { documentStore } from '../document/document-store.ts';
import { screenStore } from './screen-store.ts';

/**
 * Shows the canvas wherever there is nothing to be shown in another way: it says how to begin, and is never without a way on.
 * A notebook may be empty: it takes a first cell. Not while the first file is still being opened. Returns the stop function.
 */
export function keepViewShowable(): () => void {
  const check = (): void => {
    const { begun, view, look } = screenStore.getState();
    if (!begun || view === 'canvas') return;
    const { file, graph } = documentStore.getState();
    const isEmpty = view !== 'notebook' && Object.keys(graph.nodes).length === 0;
    if (file === null || isEmpty) look('canvas');
  };
  check();
  const stops = [screenStore.subscribe(check), documentStore.subscribe(check)];
  return () => {
    for (const stop of stops) stop();
  };
}
