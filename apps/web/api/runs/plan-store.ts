import { serializeGraph, type Graph } from '@graft/graph';
import { create } from 'zustand';
import { api, type PlanReport } from '../client.ts';
import { problemsOf } from '../problem.ts';
import { type ShownProblem, isOver, runView, Latest } from '@graft/view';
import { showKept } from './run-history.ts';

interface PlanState {
  readonly report: PlanReport | null;
  /** The run that was on the screen, and was over, when the report was asked for. */
  readonly after: string | null;
  /** A run has ended since the report was asked for: what it says is of before. */
  readonly passed: boolean;
  /** Why there is no plan, when there is none. */
  readonly problems: readonly ShownProblem[];
  /** The models that are being downloaded: a graph that lacks one is not at fault. */
  readonly coming: ReadonlySet<string>;
  readonly loading: boolean;
  /** Asks what a run of the graph would do. Only the newest answer counts. */
  ask(path: string, graph: Graph): Promise<void>;
  clear(): void;
  /** Names the models that are being downloaded. */
  setComing(ids: readonly string[]): void;
}

const asked = new Latest();

export const usePlan = create<PlanState>()((set) => ({
  report: null,
  after: null,
  passed: false,
  problems: [],
  coming: new Set(),
  loading: false,
  async ask(path, graph) {
    const signal = asked.ask();
    set({ loading: true });
    const { run } = runView.getState();
    const after = run !== null && isOver(run) ? run.runId : null;
    try {
      const report = await api.runs.plan.mutate({ path, text: serializeGraph(graph) });
      if (signal.aborted) return;
      set({ report, after, passed: false, problems: report.problems, loading: false });
      showKept(report, after);
    } catch (error) {
      if (!signal.aborted) forget(problemsOf(error));
    }
  },
  clear() {
    asked.drop();
    forget([]);
  },
  setComing(ids) {
    set(({ coming }) =>
      ids.length === coming.size && ids.every((id) => coming.has(id))
        ? {}
        : { coming: new Set(ids) },
    );
  },
}));

/** There is no plan, and so nothing of which a plan said that the graph has it already. */
function forget(problems: readonly ShownProblem[]): void {
  usePlan.setState({ report: null, passed: false, problems, loading: false });
  runView.getState().setKept(null, {});
}
