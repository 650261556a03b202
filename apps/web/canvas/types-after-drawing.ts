import { useEffect } from 'react';
import { loadNodeTypes } from '../state/registry.ts';

/**
 * Fetches the node types once the graph is seen, so that they are there before anybody needs them and delay nothing that is drawn. `seen`:
 * its view has been fitted.
 */
export function useTypesAfterDrawing(seen: boolean): void {
  useEffect(() => {
    if (!seen) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // After the frame that shows it, however long that takes.
    const frame = requestAnimationFrame(() => {
      // What cannot be fetched now is fetched again when it is needed.
      timer = setTimeout(() => void loadNodeTypes().catch(() => undefined));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [seen]);
}
