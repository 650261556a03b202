import { useEffect } from 'react';
import { useDocument } from '../state/document-store.ts';
import { loadNodeTypes } from '../state/registry.ts';

/** Milliseconds after the nodes were measured, in which the view is fitted to them and drawn. */
const drawnAfter = 100;

/**
 * Fetches the node types as soon as the graph is drawn, so that they are there before anybody needs them. `measured`: all of its nodes
 * have been.
 */
export function useTypesAfterDrawing(measured: boolean): void {
  const empty = useDocument(
    ({ file, shown }) => file !== null && Object.keys(shown.nodes).length === 0,
  );
  useEffect(() => {
    if (!measured && !empty) return undefined;
    // What cannot be fetched now is fetched again when it is needed.
    const timer = setTimeout(() => void loadNodeTypes().catch(() => undefined), drawnAfter);
    return () => clearTimeout(timer);
  }, [measured, empty]);
}
