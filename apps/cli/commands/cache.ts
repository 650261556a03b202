import { GraphError, plural, type ActionRecord } from '@graft/graph';
import type { CollectReport } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print, printJson, table } from '../terminal.ts';
import { formatBytes, formatDuration, parseBytes } from '../quantity.ts';
import { locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({
  json: z.boolean().optional(),
  workspace: z.string().optional(),
});
const collectSchema = optionsSchema.extend({
  maxSize: z.string(),
  dryRun: z.boolean().optional(),
});

/** `graft cache ls`. */
export async function listCache(rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const records: (ActionRecord & { usedAt: number })[] = [];
  for await (const record of workspace.actions.list()) records.push(record);
  records.sort((a, b) => b.usedAt - a.usedAt);
  let bytes = 0;
  for await (const { size } of workspace.artifacts.list()) bytes += size;
  const { checkpoints, scratch } = await workspace.storage.unlistedSizes();
  if (json) printJson({ bytes, checkpoints, scratch, results: records });
  else {
    const rows = records.map((record) => [
      record.key.slice(0, 12),
      record.nodeType,
      formatBytes(Object.values(record.outputs).reduce((sum, { size }) => sum + size, 0)),
      formatDuration(record.ms),
      new Date(record.usedAt).toISOString(),
      Object.values(record.outputs)
        .map(({ summary }) => summary ?? '')
        .join(', '),
    ]);
    if (rows.length > 0) print(table(rows, [2, 3]));
    const more = [
      ...(checkpoints === 0 ? [] : [`, ${formatBytes(checkpoints)} of checkpoints`]),
      ...(scratch === 0 ? [] : [`, ${formatBytes(scratch)} of scratch`]),
    ];
    print(
      `${plural(records.length, 'result')}, ${formatBytes(bytes)} of artifacts${more.join('')}`,
    );
  }
  return exitCode.succeeded;
}

/** `graft cache gc --max-size SIZE`. */
export async function collectCache(rawOptions: unknown): Promise<ExitCode> {
  const options = collectSchema.parse(rawOptions);
  const { json = false, workspace: folder, maxSize, dryRun = false } = options;
  const maxBytes = parseBytes(maxSize);
  if (maxBytes === undefined) {
    throw new GraphError(
      'bad-param',
      `--max-size cannot take "${maxSize}". Give a size such as 500MB or 2GB.`,
    );
  }
  const report = await collect(folder, { maxBytes, dryRun }).catch((error: unknown) => {
    throw GraphError.from(error).code === 'no-space' ? nothingToGive(error) : error;
  });
  if (json) printJson(report);
  else {
    const { actions, artifacts, families } = report.deleted;
    const { checkpoints, scratch, converted } = report;
    const steps =
      (checkpoints === 0 ? '' : `, checkpoints of ${plural(checkpoints, 'step')}`) +
      (scratch === 0 ? '' : `, ${formatBytes(scratch)} of scratch`) +
      (converted === 0 ? '' : `, ${formatBytes(converted)} of converted models`);
    print(
      `${formatBytes(report.before)} → ${formatBytes(report.after)}: ${dryRun ? 'would delete' : 'deleted'} ${plural(actions, 'result')}, ${plural(artifacts, 'artifact')}, items of ${plural(families, 'step')}${steps}`,
    );
    if (!report.reached) print('Running runs use the rest.');
  }
  return exitCode.succeeded;
}

async function collect(
  folder: string | undefined,
  { maxBytes, dryRun }: { readonly maxBytes: number; readonly dryRun: boolean },
): Promise<CollectReport> {
  await using workspace = await open(locateWorkspace(folder));
  const { storage } = workspace;
  return await (dryRun ? storage.preview(maxBytes) : storage.collect(maxBytes));
}

/** The usual advice on a full disk names this very command, so it gets its own. */
function nothingToGive(cause: unknown): GraphError {
  return new GraphError(
    'no-space',
    'The disk is full of other files, so "graft cache gc" cannot free more. Delete or move some files, then try again.',
    { audience: 'operator', cause },
  );
}

/** `graft cache verify`: fails when something was damaged. */
export async function verifyCache(rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const report = await workspace.storage.verify();
  if (json) printJson(report);
  else {
    for (const digest of report.damaged) print(`damaged, removed: ${digest}`);
    print(
      `${report.checked} artifacts, ${formatBytes(report.size)}: ${report.damaged.length} damaged`,
    );
  }
  return report.damaged.length === 0 ? exitCode.succeeded : exitCode.failed;
}
