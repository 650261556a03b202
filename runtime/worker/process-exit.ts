import { readFileSync } from 'node:fs';
import { GraphError } from '@graft/graph';

/** How a child process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
  /** `oomKills()` when it started. */
  readonly oomKillsBefore: number | undefined;
}

const memoryMessage = /out of memory|bad_alloc|cannot allocate memory|allocation failed/i;

/** Processes that the kernel has killed for want of memory so far; undefined where it does not say. */
export function oomKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}

interface Described {
  /** `worker` or `trainer`. */
  readonly kind: string;
  /** What helps where memory ran out. */
  readonly remedy: string;
}

const worker: Described = {
  kind: 'worker',
  remedy: 'Use a smaller batch, a smaller model, or close other programs.',
};

/** The end of a process as the error of what it was working on. */
export function processDied(exit: ProcessExit, { kind, remedy }: Described = worker): GraphError {
  const how =
    exit.signal === null
      ? `ended with exit code ${String(exit.code ?? 'unknown')}`
      : `was killed by ${exit.signal}`;
  const after = oomKills();
  const killedForMemory =
    exit.signal === 'SIGKILL' &&
    after !== undefined &&
    exit.oomKillsBefore !== undefined &&
    after > exit.oomKillsBefore;
  if (killedForMemory || memoryMessage.test(exit.stderr)) {
    return new GraphError(
      'out-of-memory',
      `The ${kind} process ${how} because memory ran out. ${remedy}`,
      { audience: 'operator' },
    );
  }
  const hint = exit.signal === 'SIGKILL' ? ' Somebody killed it, or memory ran out.' : '';
  const last = exit.stderr.trim().split('\n').slice(-20).join('\n');
  const said = last === '' ? '' : ` It said last:\n${last}`;
  return new GraphError('worker-died', `The ${kind} process ${how}.${hint}${said}`, {
    audience: 'operator',
  });
}
