import path from 'node:path';
import { runMeasured, type ProcessReport } from '../report/measured-process.ts';
import { itemCountsSchema } from '@graft/graph';
import { z } from 'zod';

/** What the benchmark reads of the last line of `graft run --json`. */
const runFinishedSchema = z.object({
  type: z.literal('run.finished'),
  status: z.literal('succeeded'),
  steps: z.array(
    z.object({
      node: z.string(),
      status: z.string(),
      ms: z.number(),
      items: itemCountsSchema.optional(),
    }),
  ),
});
type RunFinished = z.infer<typeof runFinishedSchema>;

const cli = path.resolve(import.meta.dirname, '../../apps/cli/bin/graft.mjs');

export interface Measured extends ProcessReport {
  readonly finished: RunFinished;
}

/** Runs a graph by the command that users type, measured from outside. Throws where it does not succeed. */
export async function runGraph(file: string): Promise<Measured> {
  const report = await runMeasured(process.execPath, [cli, 'run', file, '--json']);
  const last = report.stdout.trimEnd().split('\n').at(-1) ?? '';
  const finished = runFinishedSchema.parse(JSON.parse(last));
  if (report.code !== 0) throw new Error(`graft run ended with exit code ${String(report.code)}`);
  return { ...report, finished };
}

/** How many items of a step were computed; those of one that does not work by item are not known. */
export function computed({ finished }: Measured, node: string): string {
  const step = finished.steps.find((candidate) => candidate.node === node);
  if (step?.status === 'cached') return '0';
  return String(step?.items?.computed ?? '?');
}
