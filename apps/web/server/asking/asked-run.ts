import type { RunEvent, StepSummary } from '@graft/graph';
import { edgesInto, emptyRun, foldEvent, makerIn } from '@graft/view';
import type { AskedGraph } from './asked-graph.ts';

export type { AskedGraph } from './asked-graph.ts';

/**
 * What an asker sees of a run: its answers as they are written, the prompts with their passages, and how far it is. Other
 * results, logs, cache keys and sources stay closed.
 */
export class AskedRun {
  readonly #graph: AskedGraph;
  #run: ReturnType<typeof emptyRun>;
  /** Shown outputs, by step. */
  #open = new Map<string, ReadonlySet<string>>();

  constructor(runId: string, graph: AskedGraph) {
    this.#graph = graph;
    this.#run = emptyRun(runId);
  }

  /** The event as the asker sees it; undefined: not at all. Events must come in order, from the first. */
  shown(event: RunEvent): RunEvent | undefined {
    this.#run = foldEvent(this.#run, event);
    switch (event.type) {
      case 'run.started':
      case 'run.extended':
        this.#open = this.#openOutputs();
        return event;
      case 'step.started':
        return { ...event, reason: { kind: 'first' } };
      case 'step.progress': {
        const { message: _message, ...progress } = event;
        return progress;
      }
      case 'step.token':
        return this.#open.has(event.node) ? event : undefined;
      case 'step.log':
        return this.#open.has(event.node) && event.level !== 'info' ? event : undefined;
      case 'step.metrics':
      case 'step.checkpoint':
        return undefined;
      case 'step.finished': {
        const open = this.#open.get(event.step.node);
        const outputs = Object.entries(event.step.outputs).filter(([port]) => open?.has(port));
        return {
          ...event,
          step: { ...openStep(event.step), outputs: Object.fromEntries(outputs) },
        };
      }
      case 'run.finished': {
        const { error } = event;
        return {
          ...event,
          outputs: {},
          steps: event.steps.map(openStep),
          ...(error === undefined ? {} : { error: openProblem(error) }),
        };
      }
    }
  }

  /** The outputs of the graph, and the prompts that their steps answer. */
  #openOutputs(): Map<string, Set<string>> {
    const { graph, registry, outputs } = this.#graph;
    const open = new Map<string, Set<string>>();
    const add = (feed: { readonly node: string; readonly port: string }): string | undefined => {
      const { step, port } = makerIn(this.#run, feed);
      if (step !== undefined) open.set(step.node, (open.get(step.node) ?? new Set()).add(port));
      return step?.node;
    };
    for (const output of outputs) {
      const node = add(output);
      if (node === undefined) continue;
      const { type = '' } = this.#run.steps.get(node) ?? {};
      const over = registry.get(type)?.items?.over;
      const fed = edgesInto(graph, node).find(({ targetPort }) => targetPort === over);
      if (fed !== undefined) add({ node: fed.source, port: fed.sourcePort });
    }
    return open;
  }
}

type Problem = NonNullable<StepSummary['error']>;

function openProblem({ code, message, audience, location: { node } }: Problem): Problem {
  return { code, message, audience, location: node === undefined ? {} : { node } };
}

function openStep<Step extends Omit<StepSummary, 'outputs'>>({ node, type, status, ...of }: Step) {
  const { ms, error } = of;
  return {
    ...{ node, type, status, ms },
    ...(error === undefined ? {} : { error: openProblem(error) }),
  };
}
