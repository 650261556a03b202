import { useStoreApi } from '@xyflow/react';
import { useEffect } from 'react';
import { useNodeTypes } from '../state/registry.ts';
import { fitAll, showView } from './viewport.ts';

/** Keeps the graph in sight where panels take room from the canvas, once what follows the first drawing has come. */
export function useKeptInSight(): void {
  const drawn = useNodeTypes(({ types }) => types !== undefined);
  const { getState, subscribe } = useStoreApi();
  useEffect(() => {
    if (!drawn) return undefined;
    let stop: (() => void) | undefined;
    let gone = false;
    void import('./keep-in-sight.ts').then(({ keepInSight }) => {
      if (gone) return;
      stop = keepInSight({
        ...{ getState, subscribe },
        fit: () => fitAll(0),
        show: ([x, y, zoom]) => showView({ x, y, zoom }),
      });
    });
    return () => {
      gone = true;
      stop?.();
    };
  }, [drawn, getState, subscribe]);
}
