import path from 'node:path';
import { plural } from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { statePlaceOf } from '../opened-workspace.ts';
import { formatBytes } from '../quantity.ts';
import { print, printJson } from '../terminal.ts';
import { locateOrHere, locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({ json: z.boolean().optional(), workspace: z.string().optional() });

/** `graft state export PATH`. */
export async function exportStateTo(target: string, rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace } = optionsSchema.parse(rawOptions);
  const { exportState } = await import('@graft/workspace');
  const report = await exportState(
    await statePlaceOf(locateWorkspace(workspace)),
    path.resolve(target),
  );
  if (json) printJson(report);
  else {
    print(
      `${target}: ${plural(report.runs, 'run')}, ${plural(report.results, 'result')}, ${plural(report.artifacts, 'artifact')} (${formatBytes(report.bytes)})`,
    );
  }
  return exitCode.succeeded;
}

/** `graft state import PATH`. */
export async function importStateFrom(source: string, rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace } = optionsSchema.parse(rawOptions);
  const { importState } = await import('@graft/workspace');
  const root = locateOrHere(workspace);
  const report = await importState(await statePlaceOf(root), path.resolve(source));
  if (json) printJson(report);
  else {
    const { runs, results, artifacts, bytes, copied } = report;
    print(
      `${plural(runs, 'run')}, ${plural(results, 'result')}, ${plural(artifacts, 'artifact')} (${formatBytes(bytes)}), ${String(copied)} of them new here`,
    );
  }
  return exitCode.succeeded;
}
