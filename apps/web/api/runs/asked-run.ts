import { sameJson, type Graph } from '@graft/graph';
import { askedRun, conversationStore, documentStore, runView } from '@graft/view';

const isSameWork = (one: Graph, other: Graph): boolean =>
  (one.nodes === other.nodes || sameJson(one.nodes, other.nodes)) &&
  (one.edges === other.edges || sameJson(one.edges, other.edges));

/** Keeps what was asked last of the open file beside its runs, for the nodes to show. Gives what ends that. */
export function showAskedRun(): () => void {
  /** The run, with the graph as it was drawn when the run was first seen. */
  let seen: { readonly runId: string; readonly graph: Graph } | undefined;
  let compared: { readonly graph: Graph; readonly isDrawn: boolean } | undefined;
  const look = (): void => {
    const { turns, file } = conversationStore.getState();
    const { graph, file: open } = documentStore.getState();
    const run = file === undefined || open?.path !== file ? undefined : askedRun(turns);
    if (run?.runId !== seen?.runId) {
      seen = run === undefined ? undefined : { runId: run.runId, graph };
      compared = undefined;
    }
    const { asked } = runView.getState();
    if (run === undefined || seen === undefined) {
      if (asked !== null) runView.setState({ asked: null });
      return;
    }
    if (compared?.graph !== graph) compared = { graph, isDrawn: isSameWork(seen.graph, graph) };
    const { isDrawn } = compared;
    if (asked?.run !== run || asked.isDrawn !== isDrawn)
      runView.setState({ asked: { run, isDrawn } });
  };
  look();
  const stops = [conversationStore.subscribe(look), documentStore.subscribe(look)];
  return () => {
    for (const stop of stops) stop();
  };
}
