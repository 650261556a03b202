import {
  GraphError,
  type CheckpointReport,
  type Lease,
  type MetricRow,
  type TrainingHooks,
} from '@graft/graph';
import {
  readFromTrainer,
  resultOf,
  type Jobs,
  type SentJob,
  cancelled,
  type StartTrainer,
} from './trainer-protocol.ts';

/** Milliseconds until the client kills a cancelled trainer that has nothing to save. */
const patience = 1000;
/**
 * Milliseconds until it kills one with steps to save. The trainer reads the cancellation only between two native runs,
 * and a large checkpoint takes time. The step's run does not wait for it.
 */
const savePatience = 60_000;

export interface ClientHooks extends Partial<TrainingHooks> {
  readonly signal: AbortSignal;
  readonly progress: TrainingHooks['progress'];
  /** Bytes that the trainer expects to take, before it takes them. */
  readonly planned?: (memory: number) => void;
}

/**
 * Runs one job in a process of its own. Rejects with a GraphError; after `signal` aborts, with `cancelled`, as soon as
 * the trainer has saved a checkpoint, which `checkpoint` reports, and exited.
 */
export async function runInTrainer<Type extends keyof Jobs>(
  start: StartTrainer,
  job: SentJob & { readonly type: Type },
  hooks: ClientHooks,
): Promise<Jobs[Type]['result']> {
  const { signal } = hooks;
  if (signal.aborted) throw cancelled();
  let answered: (result: Jobs[Type]['result']) => void;
  let failed: (error: GraphError) => void;
  const answer = new Promise<Jobs[Type]['result']>((resolve, reject) => {
    answered = resolve;
    failed = reject;
  });
  /** Optimizer steps done, and steps saved on disk. */
  let made = 0;
  let saved = 0;
  let isStopTold = false;
  const tellStop = (step: number): void => {
    isStopTold = true;
    hooks.checkpoint?.({ state: 'saving', step });
  };
  const noteCheckpoint = (report: CheckpointReport): void => {
    // The first step ended while the cancellation was on its way.
    if (signal.aborted && !isStopTold && report.state === 'saved') tellStop(report.step);
    if (report.state === 'resumed') made = report.step;
    if (report.state === 'resumed' || report.state === 'saved') saved = report.step;
    hooks.checkpoint?.(report);
  };
  const noteRow = (row: MetricRow): void => {
    if (row.series === 'train') made = row.step ?? made;
    hooks.metrics?.(row);
  };
  const trainer = start({
    message(raw) {
      const message = readFromTrainer(raw);
      switch (message?.type) {
        case undefined:
          return;
        case 'metrics':
          return noteRow(message.row);
        case 'checkpoint':
          return noteCheckpoint(message.checkpoint);
        case 'log':
          return hooks.log?.(message.level, message.message);
        case 'progress':
          return hooks.progress(message.progress);
        case 'planned':
          hooks.planned?.(message.memory);
          return void claim(message.memory);
        case 'failed':
          return failed(GraphError.fromProblem(message.problem));
        case 'done':
          return answered(resultOf<Type>(message.result));
      }
    },
    exit(error) {
      failed(signal.aborted ? cancelled() : error);
    },
  });
  let lease: Lease | undefined;
  let ended = false;
  const claim = async (bytes: number): Promise<void> => {
    try {
      lease = await hooks.lease?.(bytes);
      // It died while it waited.
      if (ended) lease?.[Symbol.dispose]();
      else trainer.send({ type: 'granted' });
    } catch (error) {
      failed(GraphError.from(error));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    trainer.send({ type: 'cancel' });
    if (made > 0) tellStop(made);
    timer = setTimeout(() => trainer.kill(), made > saved ? savePatience : patience);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    trainer.send(job);
    return await answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // It is done, and its memory is needed.
    trainer.kill();
    await trainer.exited;
    ended = true;
    lease?.[Symbol.dispose]();
  }
}
