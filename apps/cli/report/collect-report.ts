import type { ArtifactRef, RunRecord, StepSummary } from '@graft/graph';
import type { Workspace } from '@graft/workspace';

/** Rows of an output that a report shows. */
const shownRows = 40;

export interface ReportOutput {
  readonly port: string;
  readonly artifact: ArtifactRef;
  readonly total: number;
  readonly rows: readonly unknown[];
  /** The artifact is no longer in the cache. */
  readonly gone: boolean;
}
export interface ReportStep {
  readonly step: StepSummary;
  readonly outputs: readonly ReportOutput[];
}
/** What a report of a run is made from. */
export interface Report {
  readonly run: RunRecord;
  readonly steps: readonly ReportStep[];
}

/** Reads a run's steps and the first rows of what they gave. */
export async function collectReport(workspace: Workspace, run: RunRecord): Promise<Report> {
  const steps: ReportStep[] = [];
  for (const step of await workspace.runs.steps(run.id)) {
    const outputs: ReportOutput[] = [];
    for (const [port, artifact] of Object.entries(step.outputs)) {
      outputs.push(await readOutput(workspace, port, artifact));
    }
    steps.push({ step, outputs });
  }
  return { run, steps };
}

async function readOutput(
  workspace: Workspace,
  port: string,
  artifact: ArtifactRef,
): Promise<ReportOutput> {
  if (!(await workspace.artifacts.has(artifact.digest))) {
    return { port, artifact, total: 0, rows: [], gone: true };
  }
  const { total, rows } = await workspace.page(artifact, 0, shownRows);
  return { port, artifact, total, rows, gone: false };
}
