import { Model, type Graph } from '@graft/graph';
import {
  edgesInto,
  nodeFacts,
  nodeTypes,
  outputText,
  placeOf,
  stepsInOrder,
  stepTitle,
  type RunState,
  type StepView,
} from '@graft/view';
import { runLine } from '../../api/runs/plan-report.ts';
import { progressText } from '../../api/runs/run-texts.ts';

/** The models that a run loaded or asked, by name; empty until one is known. */
export function modelsText(run: RunState): string {
  const outputs = [...run.steps.values()].flatMap((step) => Object.values(step.outputs));
  const models = outputs.filter(({ mediaType }) => mediaType === Model.mediaType);
  return [...new Set(models.map(outputText))].join(', ');
}

/** `at 127.0.0.1:11434/v1`: the server of the model that a step asks; undefined where Graft runs it. */
function serverOf(graph: Graph, node: string): string | undefined {
  for (const { source } of edgesInto(graph, node)) {
    const model = placeOf(graph, source)?.node;
    const isModel = Object.values(nodeTypes().get(model?.type ?? '')?.outputs ?? {}).some(
      ({ type }) => type.id === Model.id,
    );
    const at = isModel
      ? nodeFacts(model, model?.params)?.find(([name]) => name === 'at')
      : undefined;
    if (at !== undefined) return at[1];
  }
  return undefined;
}

/** What a step waits for that has told nothing of its progress. */
function waitText(run: RunState, step: StepView, graph: Graph): string {
  if (step.texts.size > 0) return 'writing';
  // Why a server keeps it waiting.
  const delay = step.logs.findLast(({ item }) => item !== undefined)?.message;
  if (delay !== undefined) return delay;
  const asks = Object.values(nodeTypes().get(step.type)?.inputs ?? {}).some(
    ({ type }) => type.id === Model.id,
  );
  const model = asks ? modelsText(run) : '';
  if (model === '') return 'running';
  const server = serverOf(graph, step.node);
  return `waiting for the first word of ${model}${server === undefined ? '' : `, at ${server}`}`;
}

/**
 * What the run is doing: the node at work and its progress, or what it waits for. `waits`: another run comes first. `graph`: that
 * of the nodes, where they may be named.
 */
export function workText(
  run: RunState | undefined,
  { waits, graph }: { readonly waits: boolean; readonly graph: Graph | undefined },
): string {
  if (run === undefined) return 'Sending.';
  const at = stepsInOrder(run).find(({ status }) => status === 'running');
  if (at === undefined) return waits ? 'Queued: another run is under way.' : 'Starting.';
  const progress = at.progress === undefined ? undefined : progressText(at.progress);
  if (graph === undefined) return progress ?? `Running: ${runLine(run)}.`;
  return `${stepTitle(at.node, graph)}: ${progress ?? waitText(run, at, graph)}`;
}
