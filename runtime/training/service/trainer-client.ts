import { GraphError, type Lease, type TrainingHooks } from '@graft/graph';
import { cancelled } from './cancelled.ts';
import type { StartTrainer } from './trainer-process.ts';
import { readFromTrainer, type Answer, type SentJob } from './trainer-protocol.ts';

/**
 * Milliseconds that a cancelled trainer has to leave a checkpoint before it is killed. Whoever waits for the step has
 * 1.5 s, and all of it must end within 2 s.
 */
const patience = 1000;

export interface ClientHooks extends Partial<TrainingHooks> {
  readonly signal: AbortSignal;
  readonly progress: TrainingHooks['progress'];
  /** Bytes that the trainer expects to take, before it takes them. */
  readonly planned?: (memory: number) => void;
}

/** Has a process of its own work on one job. Rejects with a GraphError, with `cancelled` soon after `signal` aborts. */
export async function runInTrainer(
  start: StartTrainer,
  job: SentJob,
  hooks: ClientHooks,
): Promise<Answer> {
  const { signal } = hooks;
  if (signal.aborted) throw cancelled();
  let answered: (answer: Answer) => void;
  let failed: (error: GraphError) => void;
  const answer = new Promise<Answer>((resolve, reject) => {
    answered = resolve;
    failed = reject;
  });
  const trainer = start({
    message(raw) {
      const message = readFromTrainer(raw);
      switch (message?.type) {
        case undefined:
          return;
        case 'metrics':
          return hooks.metrics?.(message.row);
        case 'log':
          return hooks.log?.(message.level, message.message);
        case 'progress':
          return hooks.progress(message.progress);
        case 'planned':
          hooks.planned?.(message.memory);
          return void claim(message.memory);
        case 'failed':
          return failed(GraphError.fromProblem(message.problem));
        case 'trained':
        case 'embedder-trained':
        case 'query-adapter-trained':
        case 'reranker-trained':
        case 'evaluated':
          return answered(message);
      }
    },
    exit(error) {
      failed(signal.aborted ? cancelled() : error);
    },
  });
  let lease: Lease | undefined;
  const claim = async (bytes: number): Promise<void> => {
    try {
      lease = await hooks.lease?.(bytes);
      trainer.send({ type: 'granted' });
    } catch (error) {
      failed(GraphError.from(error));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    trainer.send({ type: 'cancel' });
    timer = setTimeout(() => trainer.kill(), patience);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    trainer.send(job);
    return await answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // It has nothing left to do, and its memory is wanted back.
    trainer.kill();
    await trainer.exited;
    lease?.[Symbol.dispose]();
  }
}
