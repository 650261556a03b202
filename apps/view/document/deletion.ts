import {
  placeOfKey,
  type GraphBody,
  noteKey,
  removeNodes,
  sameJson,
  type Graph,
} from '@graft/graph';
import { documentStore } from './document-store.ts';

/** Deletes nodes, notes and groups by their keys. */
export function deleteKeys(keys: readonly string[]): void {
  documentStore.getState().edit((graph) => removeNodes(graph, keys));
}

/**
 * Removes a note that is still empty, and every step of the history in which it was empty, so that undo never restores
 * an empty note. Undo still restores words that the note once had.
 */
export function leaveEmpty(id: string): void {
  const { temporal } = documentStore;
  if (documentStore.getState().shown.notes?.[id]?.text.trim() !== '') return;
  const without = (graph: Graph): Graph => removeNodes(graph, [noteKey(id)]);
  documentStore.getState().edit(without);
  const { shown, past } = documentStore.getState();
  if (past !== null) return;
  const { pastStates } = temporal.getState();
  const isOfIt = ({ shown: before }: (typeof pastStates)[number]): boolean =>
    before !== undefined && sameJson(without(before), without(shown));
  const began = pastStates.findLastIndex((step) => !isOfIt(step)) + 1;
  const ofIt = pastStates
    .slice(began)
    .filter(({ shown: before }) => before?.notes?.[id]?.text.trim() !== '');
  // The step before the note existed equals the present state.
  if (ofIt.at(-1)?.shown?.notes?.[id] === undefined) ofIt.pop();
  temporal.setState({ pastStates: [...pastStates.slice(0, began), ...ofIt] });
}

/**
 * The node to select after another node, a note or a group is gone: the one that fed it, else one that it fed, else the
 * nearest. `before` is the graph that still had it. Undefined if no node is left.
 */
export function neighbourOf(
  gone: string,
  before: GraphBody,
  left: Readonly<Record<string, unknown>>,
): string | undefined {
  const isLeft = (id: string): boolean => Object.hasOwn(left, id);
  const feeding = before.edges.find(({ source, target }) => target === gone && isLeft(source));
  if (feeding !== undefined) return feeding.source;
  const fed = before.edges.find(({ source, target }) => source === gone && isLeft(target));
  if (fed !== undefined) return fed.target;
  const from = placeOfKey(before, gone) ?? { x: 0, y: 0 };
  const distance = (id: string): number => {
    const { x, y } = before.layout[id] ?? { x: 0, y: 0 };
    return Math.hypot(x - from.x, y - from.y);
  };
  return Object.keys(before.nodes)
    .filter(isLeft)
    .reduce<string | undefined>(
      (best, id) => (best === undefined || distance(id) < distance(best) ? id : best),
      undefined,
    );
}
