import type { GraphErrorCode, RunEvent } from '@graft/graph';

/** What the command's exit status says to a shell. */
export const exitCode = { succeeded: 0, failed: 1, badInput: 2, cancelled: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Errors that the person cannot mend by changing what they gave: the run itself, or its machine, went wrong. */
const failures: ReadonlySet<string> = new Set<GraphErrorCode>([
  'limit-reached',
  'no-space',
  'state-unusable',
  'store-locked',
  'store-damaged',
  'out-of-memory',
  'worker-died',
  'unavailable',
  'internal',
]);

/** The exit code of an error: bad input unless the machine, or Graft, is at fault. */
export function exitCodeOf(code: string): ExitCode {
  if (code === 'cancelled') return exitCode.cancelled;
  return failures.has(code) ? exitCode.failed : exitCode.badInput;
}

/** The exit code of a finished run, or of one of an experiment. */
export function exitCodeOfRun(
  end: Pick<Extract<RunEvent, { type: 'run.finished' }>, 'status' | 'error'>,
): ExitCode {
  switch (end.status) {
    case 'succeeded':
      return exitCode.succeeded;
    case 'cancelled':
      return exitCode.cancelled;
    case 'failed':
      return end.error === undefined ? exitCode.failed : exitCodeOf(end.error.code);
    case 'queued':
    case 'running':
      return exitCode.failed;
  }
}
