import { resolveGraph, type PortAliases, type StepSummary } from '@graft/graph';
import { api, type PlanReport } from '../client.ts';
import {
  checks,
  documentStore,
  emptyList,
  GrowingMap,
  noStandIns,
  noTexts,
  type PastParams,
  plannedPath,
  standInViews,
  stepParams,
  stepRun,
  type Steps,
  type StepView,
  withStandIns,
  nodeTypes,
  runView,
  usedGraphs,
} from '@graft/view';

/** The most runs to search for rounds of loops that the newest run lacks. */
const lookThrough = 10;

/** What only a followed run has. */
const unheard = { logs: [], metrics: emptyList, texts: noTexts };

/** A step from its record, without its logs, metrics and texts. */
function stepFrom(summary: StepSummary): StepView {
  const { node, type, status, ms, outputs, madeAt, from, device, reason, items } = summary;
  return {
    ...{ node, type, status, ms, outputs, ...unheard },
    ...(madeAt === undefined ? {} : { madeAt }),
    ...(from === undefined ? {} : { from }),
    ...(device === undefined ? {} : { device }),
    ...(reason === undefined ? {} : { reason }),
    ...(items === undefined ? {} : { items }),
  };
}

/** Reads the parameters of the past run on the screen. */
export async function readPastParams(runId: string): Promise<void> {
  const steps = await api.runs.steps.query({ runId });
  const params: PastParams = Object.fromEntries(steps.map((step) => [step.node, stepParams(step)]));
  runView.getState().setPastParams(runId, params);
}

/**
 * Finds the newest results of steps that the newest run lacks: a run up to one node leaves the others as they were,
 * even after a reload.
 */
export async function readEarlier(runId: string): Promise<void> {
  const registry = nodeTypes();
  const { file, graph } = documentStore.getState();
  const { run } = runView.getState();
  if (file === null || run?.runId !== runId) return;
  const { models } = checks.getState();
  const graphs = usedGraphs.getState().lookup;
  const { nodes, aliases = {} } = resolveGraph(graph, { registry, models, graphs });
  const missing = nodes.filter(({ id }) => !run.steps.has(id));
  const idsOf = (loops: boolean): Set<string> =>
    new Set(missing.flatMap(({ id, loop }) => ((loop !== undefined) === loops ? id : [])));
  const found: Record<string, StepView> = {};
  const take = (steps: readonly StepSummary[], asked: ReadonlySet<string>): void => {
    for (const step of steps) {
      const isAsked = asked.has(plannedPath(step.node));
      if (isAsked && Object.keys(step.outputs).length > 0) found[step.node] = stepFrom(step);
    }
  };
  const single = idsOf(false);
  if (single.size > 0) take(await api.runs.last.query({ file: file.path }), single);
  // All rounds of a loop come from one run.
  const loops = idsOf(true);
  if (loops.size > 0) {
    for (const { id } of await api.runs.list.query({ file: file.path, limit: lookThrough + 1 })) {
      if (id === runId || loops.size === 0) continue;
      take(await api.runs.steps.query({ runId: id }), loops);
      for (const loop of loops) if (found[loop] !== undefined) loops.delete(loop);
    }
  }
  // Stand-ins show the steps that exist now, of whichever run.
  const steps = GrowingMap.of([...Object.entries(found), ...run.steps]);
  runView.getState().setEarlier(runId, { ...standInsOf(steps, aliases), ...found });
}

/** The nodes of the file that are no steps, computed from steps. */
function standInsOf(steps: GrowingMap<StepView>, aliases: PortAliases): Steps {
  const { standIns, ids } = withStandIns(noStandIns, { aliases, added: steps.keys() }, steps);
  return Object.fromEntries(standInViews({ standIns, steps, shown: GrowingMap.of() }, ids));
}

/** Whether a step has other outputs than another. */
function gaveOther(step: StepView | undefined, other: StepView): boolean {
  const ports = Object.entries(other.outputs);
  return ports.some(([port, { digest }]) => step?.outputs[port]?.digest !== digest);
}

/**
 * Shows results that the store already has for the drawn graph, where the runs on the screen have other results or
 * none: from an earlier run, another file, or a package.
 */
export function showKept({ nodes, problems }: PlanReport, after: string | null): void {
  const { setKept, ...state } = runView.getState();
  const known = nodes.flatMap(({ node, type, outputs, from }): [string, StepView][] => {
    if (outputs === undefined) return [];
    const step = { node, type, status: 'cached' as const, outputs, ...unheard };
    return [[node, from === undefined ? step : { ...step, from }]];
  });
  const others = known.filter(([node, step]) => gaveOther(stepRun(state, node), step));
  if (others.length === 0) return setKept(after, {});
  const registry = nodeTypes();
  const { graph } = documentStore.getState();
  const models = checks.getState().models;
  const graphs = usedGraphs.getState().lookup;
  // A graph with problems may have no plan.
  const { aliases = {} } =
    problems.length === 0 ? resolveGraph(graph, { registry, models, graphs }) : {};
  const steps = GrowingMap.of([
    ...Object.entries(state.earlier),
    ...(state.run?.steps ?? []),
    ...others,
  ]);
  const standIns = Object.entries(standInsOf(steps, aliases));
  setKept(after, {
    ...Object.fromEntries(standIns.filter(([id, view]) => gaveOther(stepRun(state, id), view))),
    ...Object.fromEntries(others),
  });
}

/** The address that downloads a run as a page, or as Markdown: see `server/report`. */
export function reportAddress(runId: string, format: 'html' | 'md' = 'html'): string {
  const query = { run: runId, ...(format === 'html' ? {} : { format }) };
  return `api/report?${new URLSearchParams(query).toString()}`;
}

/** Downloads a run as a page, or as Markdown. */
export function downloadRun(runId: string, format?: 'html' | 'md'): void {
  const link = document.createElement('a');
  link.href = reportAddress(runId, format);
  link.download = '';
  link.click();
}

/** Downloads the run on the screen as a page. */
export function exportRun(): void {
  const { run } = runView.getState();
  if (run !== null) downloadRun(run.runId);
}
