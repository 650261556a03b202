import { GraphError } from '@graft/graph';
import { oomKills, type ProcessExit } from '@graft/kit';

const memoryMessage = /out of memory|bad_alloc|cannot allocate memory|allocation failed/i;

interface Described {
  /** `worker` or `trainer`. */
  readonly kind: string;
  /** Remedy if memory ran out. */
  readonly remedy: string;
}

const worker: Described = {
  kind: 'worker',
  remedy: 'Use a smaller batch, a smaller model, or close other programs.',
};

/** The end of a process, as an error of its work. */
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
  const hint = exit.signal === 'SIGKILL' ? ' It was killed, or memory ran out.' : '';
  const last = exit.stderr.trim().split('\n').slice(-20).join('\n');
  const output = last === '' ? '' : ` Its last output:\n${last}`;
  return new GraphError('worker-died', `The ${kind} process ${how}.${hint}${output}`, {
    audience: 'operator',
  });
}
