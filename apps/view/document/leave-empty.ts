import { noteKey, removeNodes, sameJson, type Graph } from '@graft/graph';
import { documentStore } from './document-store.ts';

/**
 * Takes away a note that was left without words, if it has none still, and from the history the steps in which it has none: undo does not bring it
 * back empty, to be saved. Words that it had stay to be undone to.
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
  // Where it was not there yet is where one is now.
  if (ofIt.at(-1)?.shown?.notes?.[id] === undefined) ofIt.pop();
  temporal.setState({ pastStates: [...pastStates.slice(0, began), ...ofIt] });
}
