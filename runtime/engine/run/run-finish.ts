import type {
  ArtifactRef,
  ArtifactStore,
  PortType,
  Problem,
  RunEvent,
  RunStatus,
  StepSummary,
  UnstampedEvent,
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
  const error = end.problem ?? (status === 'failed' ? failed?.error?.toProblem() : undefined);
  return {
    type: 'run.finished',
    status,
    outputs: await outputsOf(artifacts, steps),
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
): Promise<Outputs> {
  const outputs: Outputs = {};
  let left = previewedOutputs;
  for (const [id, step] of steps) {
    const ports: Outputs[string] = {};
    for (const [port, ref] of Object.entries(step.outputs)) {
      const type = step.node.definition.outputs[port]?.type;
      const shown = type !== undefined && step.dependents.length === 0 && left-- > 0;
      const preview = shown ? await previewOf(artifacts, ref, type) : (ref.summary ?? '');
      ports[port] = { digest: ref.digest, preview };
    }
    if (Object.keys(ports).length > 0) outputs[id] = ports;
  }
  return outputs;
}

/** An artifact in one line: its first row, else its summary. Never throws. */
async function previewOf(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  type: PortType,
): Promise<string> {
  const summary = ref.summary ?? ref.mediaType;
  if (type.encoding !== 'jsonl') return summary;
  try {
    for await (const row of readRows(artifacts, ref, type)) {
      const text = JSON.stringify(row);
      return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text;
    }
  } catch {
    // The step that needs a damaged artifact finds and recomputes it.
  }
  return summary;
}
