import { sameJson } from '@graft/graph';
import { conversationStore } from '@graft/view';
import { askTyped } from '../../api/runs/conversation.ts';
import {
  askable,
  givenTo,
  type GraphFunction,
  graphFunction,
  missingInputs,
} from '../../api/graphs/graph-function.ts';
import { startGiven } from '../../api/runs/run-actions.ts';

type Given = ReturnType<typeof conversationStore.getState>;

/** Whether the form differs from the last run. */
export function isChanged({
  ran,
  texts,
  values,
}: Pick<Given, 'ran' | 'texts' | 'values'>): boolean {
  return ran !== undefined && !sameJson({ texts, values }, ran);
}

/** Runs the graph with the values of the form, as far as its outputs need. */
export async function runApp(graph: GraphFunction): Promise<void> {
  const { file, texts, values } = conversationStore.getState();
  const isStarted = await startGiven(givenTo(graph, { texts, values }));
  // After a refusal, the outputs of the last run stay.
  if (isStarted && conversationStore.getState().file === file)
    conversationStore.setState({ ran: { texts, values } });
}

/**
 * Runs the open graph with the values of the form; not if a required input is empty, which the form shows. A graph that
 * takes questions is asked the typed one.
 */
export async function runForm(): Promise<void> {
  const graph = graphFunction();
  if (graph === undefined) return;
  if (askable(graph) !== undefined) return askTyped();
  if (missingInputs(graph, conversationStore.getState().texts).length > 0) return;
  await runApp(graph);
}
