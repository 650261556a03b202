import { sameJson, type Graph } from '@graft/graph';
import {
  askedRun,
  conversationStore,
  documentStore,
  runView,
  usedGraphs,
  type RunState,
} from '@graft/view';
import { askedGraphs, ranGraph } from './ran-graph.ts';

const isSameWork = (graph: Graph, other: Graph): boolean =>
  (['nodes', 'edges', 'graphs'] as const).every(
    (part) => graph[part] === other[part] || sameJson(graph[part], other[part]),
  );

interface Seen {
  readonly runId: string;
  /** Whether the run computed this graph, apart from its question. Undefined for a question of this visit, and until the graph is read. */
  readonly ran: ((graph: Graph) => boolean) | undefined;
}

/** Puts the run of the last question into the run view. Returns a function that stops it. */
export function showAskedRun(): () => void {
  let seen: Seen | undefined;
  let compared:
    { readonly graph: Graph; readonly graphs: unknown; readonly isDrawn: boolean } | undefined;
  /** Reads the graph of a run that was asked before the page was loaded. */
  const read = async (runId: string, file: string): Promise<void> => {
    const ran = await ranGraph(runId, file);
    // Loaded on demand.
    const { asAsked } = await import('./conversation.ts');
    if (seen?.runId !== runId || ran?.graph === undefined) return;
    const { graph: ranOf } = ran;
    seen = { runId, ran: (graph) => isSameWork(ranOf, asAsked(graph, runId)) };
    compared = undefined;
    look();
  };
  const isDrawn = ({ runId }: RunState, graph: Graph): boolean => {
    const asked = askedGraphs.get(runId);
    return asked === undefined ? seen?.ran?.(graph) === true : isSameWork(asked, graph);
  };
  const look = (): void => {
    const { turns, file } = conversationStore.getState();
    const { graph, file: open } = documentStore.getState();
    const run = file === undefined || open?.path !== file ? undefined : askedRun(turns);
    if (run?.runId !== seen?.runId) {
      seen = run === undefined ? undefined : { runId: run.runId, ran: undefined };
      compared = undefined;
      // If the graph cannot be read, isDrawn stays false.
      if (run !== undefined && file !== undefined && !askedGraphs.has(run.runId))
        read(run.runId, file).catch(() => undefined);
    }
    const { asked } = runView.getState();
    if (run === undefined) {
      if (asked !== null) runView.setState({ asked: null });
      return;
    }
    const graphs = usedGraphs.getState().lookup;
    if (compared?.graph !== graph || compared.graphs !== graphs)
      compared = { graph, graphs, isDrawn: isDrawn(run, graph) };
    if (asked?.run !== run || asked.isDrawn !== compared.isDrawn)
      runView.setState({ asked: { run, isDrawn: compared.isDrawn } });
  };
  look();
  const stops = [conversationStore, documentStore, usedGraphs].map((store) =>
    store.subscribe(look),
  );
  return () => {
    for (const stop of stops) stop();
    seen = undefined;
  };
}
