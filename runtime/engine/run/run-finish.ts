import {
  GraphError,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
  type Problem,
  type RunEvent,
  type RunStatus,
  type StepSummary,
  type UnstampedEvent,
} from '@graft/graph';
import { readRows } from '../rows/index.ts';
import { summarize, type StepState } from './step-state.ts';

export type RunFinished = Extract<RunEvent, { type: 'run.finished' }>;
type Outputs = RunFinished['outputs'];

/** Most outputs whose first row is read for a preview; only of outputs that nothing consumes. */
const previewedOutputs = 64;
/** Characters of a preview. */
const previewLength = 200;

/** The status of a run, from those of its steps. */
function statusOf(steps: Iterable<StepState>): RunStatus {
  let status: RunStatus = 'succeeded';
  for (const step of steps) {
    if (step.status === 'cancelled') return 'cancelled';
    if (step.status === 'failed') status = 'failed';
  }
  return status;
}

/** The last event of a run. `problem` is that of the run itself, if no step caused it. */
export async function finishEvent(
  artifacts: ArtifactStore,
  steps: ReadonlyMap<string, StepState>,
  end: { readonly startedAt: number; readonly problem: Problem | undefined },
): Promise<Extract<UnstampedEvent, { type: 'run.finished' }>> {
  const status = end.problem === undefined ? statusOf(steps.values()) : 'failed';
  const failed = [...steps.values()].find(({ error }) => error !== undefined);
  // Whoever cancels does not wait for a store that is away.
  const previews = status === 'cancelled' ? 0 : previewedOutputs;
  const error = end.problem ?? (status === 'failed' ? failed?.error?.toProblem() : undefined);
  return {
    type: 'run.finished',
    status,
    outputs: await outputsOf(artifacts, steps, previews),
    steps: [...steps.values()].map((step) => brief(summarize(step))),
    ...(error === undefined ? {} : { error }),
    ms: Math.round(performance.now() - end.startedAt),
  };
}

function brief({ parts: _parts, fileMarks: _marks, outputs: _outputs, ...summary }: StepSummary) {
  return summary;
}

async function outputsOf(
  artifacts: ArtifactStore,
  steps: ReadonlyMap<string, StepState>,
  previews: number,
): Promise<Outputs> {
  const outputs: Outputs = {};
  let left = previews;
  for (const [id, step] of steps) {
    const ports: Outputs[string] = {};
    for (const [port, ref] of Object.entries(step.outputs)) {
      const type = step.node.definition.outputs[port]?.type;
      const shown = type !== undefined && step.dependents.length === 0 && left-- > 0;
      let preview = ref.summary ?? '';
      if (shown) {
        const found = await previewOf(artifacts, ref, type);
        // Each one would wait for a store that is away.
        if (found === undefined) left = 0;
        preview = found ?? ref.summary ?? ref.mediaType;
      }
      ports[port] = { digest: ref.digest, preview };
    }
    if (Object.keys(ports).length > 0) outputs[id] = ports;
  }
  return outputs;
}

/** An artifact in one line: its first row, else its summary. Undefined if the store is away. Never throws. */
async function previewOf(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  type: PortType,
): Promise<string | undefined> {
  const summary = ref.summary ?? ref.mediaType;
  if (type.encoding !== 'jsonl') return summary;
  try {
    for await (const row of readRows(artifacts, ref, type)) {
      const text = JSON.stringify(row);
      return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text;
    }
  } catch (error) {
    if (GraphError.from(error).code === 'unavailable') return undefined;
    // The step that needs a damaged artifact finds and recomputes it.
  }
  return summary;
}
