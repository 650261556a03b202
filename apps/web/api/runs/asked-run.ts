import { sameJson, setParam, type Graph } from '@graft/graph';
import {
  askedRun,
  conversationStore,
  documentStore,
  runView,
  usedGraphs,
  type RunState,
  type Turn,
} from '@graft/view';
import { graphFunction } from '../graphs/graph-function.ts';
import { askedGraphs, givenWith } from './conversation.ts';
import { ranGraph } from './ran-graph.ts';

const isSameWork = (graph: Graph, other: Graph): boolean =>
  (['nodes', 'edges', 'graphs'] as const).every(
    (part) => graph[part] === other[part] || sameJson(graph[part], other[part]),
  );

/** A graph with what the question of a run sets in it, as the run itself has it. */
function asAsked(graph: Graph, { runId }: RunState, turns: readonly Turn[]): Graph {
  for (const { question, answers } of turns) {
    const answer = answers.find(({ run }) => run?.runId === runId);
    const asked = answer === undefined ? undefined : graphFunction();
    if (answer === undefined || asked === undefined) continue;
    const { set } = givenWith(asked, { question, adapter: answer.adapter });
    return set.reduce((changed, setting) => setParam(changed, setting, setting.value), graph);
  }
  return graph;
}

interface Seen {
  readonly runId: string;
  /** The graph that the run has; undefined where it was asked here, and until it is read. */
  readonly ran: Graph | undefined;
}

/** Keeps what was asked last of the open file beside its runs, for the nodes to show. Gives what ends that. */
export function showAskedRun(): () => void {
  let seen: Seen | undefined;
  let compared:
    { readonly graph: Graph; readonly graphs: unknown; readonly isDrawn: boolean } | undefined;
  /** Reads the graph of a run that was asked before the page was loaded. */
  const read = async (runId: string, file: string): Promise<void> => {
    const ran = await ranGraph(runId, file);
    if (seen?.runId !== runId || ran?.graph === undefined) return;
    seen = { runId, ran: ran.graph };
    compared = undefined;
    look();
  };
  const isDrawn = (run: RunState, graph: Graph, turns: readonly Turn[]): boolean => {
    const asked = askedGraphs.get(run.runId);
    if (asked !== undefined) return isSameWork(asked, graph);
    return seen?.ran !== undefined && isSameWork(seen.ran, asAsked(graph, run, turns));
  };
  const look = (): void => {
    const { turns, file } = conversationStore.getState();
    const { graph, file: open } = documentStore.getState();
    const run = file === undefined || open?.path !== file ? undefined : askedRun(turns);
    if (run?.runId !== seen?.runId) {
      seen = run === undefined ? undefined : { runId: run.runId, ran: undefined };
      compared = undefined;
      // Of a run whose graph cannot be read it is not known whether it is still drawn.
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
      compared = { graph, graphs, isDrawn: isDrawn(run, graph, turns) };
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
