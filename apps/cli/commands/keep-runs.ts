import { GraphError, notesLine, plural, readNotes, type RunStatus } from '@graft/graph';
import type { RetentionPolicy, Workspace } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findRun, open } from '../opened-workspace.ts';
import { print, printJson } from '../terminal.ts';
import { parseTimeSpan } from '../quantity.ts';
import { locateWorkspace } from '../workspace-location.ts';

const optionsSchema = z.object({
  json: z.boolean().optional(),
  workspace: z.string().optional(),
  keep: z.string().optional(),
  olderThan: z.string().optional(),
});

/** Milliseconds to wait for the end of a cancelled run: after two seconds, the processes of its steps are killed. */
const cancelWithin = 15_000;

/** `graft runs cancel RUN`. */
export async function cancelRun(name: string, rawOptions: unknown): Promise<ExitCode> {
  const { json = false, workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const run = await findRun(workspace, name);
  const outcome = await workspace.runs.cancel(run.id);
  const status = outcome === 'asked' ? await endOf(workspace, run.id) : run.status;
  if (json) printJson({ runId: run.id, outcome, status });
  else if (outcome === 'ended') print(`Run ${run.id} had already ended: ${status}.`);
  else print(`Run ${run.id}: ${status}.`);
  if (status !== 'running' && status !== 'queued') return exitCode.succeeded;
  throw new GraphError(
    'unavailable',
    `Run ${run.id} is still running: its process knows of the cancel, but has not reached it yet. "graft runs show ${run.id}" shows when it ends.`,
  );
}

async function endOf(workspace: Workspace, runId: string): Promise<RunStatus> {
  const events = workspace.runs.events(runId, 0, AbortSignal.timeout(cancelWithin));
  for await (const event of events) if (event.type === 'run.finished') return event.status;
  return (await workspace.journal.get(runId))?.status ?? 'cancelled';
}

/** `graft runs pin RUN`, `graft runs unpin RUN`. */
export async function pinRun(
  word: 'pin' | 'unpin',
  name: string,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { workspace: folder } = optionsSchema.parse(rawOptions);
  await using workspace = await open(locateWorkspace(folder));
  const run = await findRun(workspace, name);
  await workspace.journal.pin(run.id, word === 'pin');
  print(`Run ${run.id} is ${word === 'pin' ? 'pinned' : 'no longer pinned'}.`);
  return exitCode.succeeded;
}

/** `graft runs note RUN WORDS…`. */
export async function noteRun(
  name: string,
  rawWords: unknown,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { workspace: folder } = optionsSchema.parse(rawOptions);
  const notes = readNotes(z.array(z.string()).parse(rawWords).join(' '));
  await using workspace = await open(locateWorkspace(folder));
  const run = await findRun(workspace, name);
  await workspace.journal.annotate(run.id, notes);
  const line = notesLine(notes);
  print(`Run ${run.id}: ${line === '' ? 'no note' : line}.`);
  return exitCode.succeeded;
}

/** `graft runs prune`. */
export async function pruneRuns(rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const policy = policyOf(options);
  await using workspace = await open(locateWorkspace(options.workspace));
  const ids = await workspace.journal.prune(policy);
  if (options.json === true) printJson({ deleted: ids });
  else print(`Deleted ${plural(ids.length, 'run')}.`);
  return exitCode.succeeded;
}

function policyOf({ keep, olderThan }: z.infer<typeof optionsSchema>): RetentionPolicy {
  if (keep === undefined && olderThan === undefined) {
    throw new GraphError(
      'bad-param',
      'Choose what to delete with --keep 100, --older-than 30d, or both.',
    );
  }
  const count = Number(keep ?? '0');
  if (!/^\d+$/.test(keep ?? '0') || !Number.isSafeInteger(count)) {
    throw new GraphError('bad-param', '--keep takes a whole number of 0 or more.');
  }
  if (olderThan === undefined) return { keep: count };
  const span = parseTimeSpan(olderThan);
  if (span === undefined) {
    throw new GraphError('bad-param', '--older-than takes a time such as 30d, 12h or 90m.');
  }
  return { keep: count, startedBefore: Date.now() - span };
}
