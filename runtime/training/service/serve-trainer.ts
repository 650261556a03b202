import { GraphError } from '@graft/graph';
import type { LoopHooks } from '../loop/training-loop.ts';
import { runEmbedderJob, runRerankerJob } from './encoder-job.ts';
import { runEvaluationJob } from './evaluation-job.ts';
import { runQueryAdapterJob } from './query-adapter-job.ts';
import {
  readToTrainer,
  type FromTrainer,
  type Jobs,
  type SentJob,
  cancelled,
} from './trainer-protocol.ts';
import { runTrainingJob } from './training-job.ts';

/** Makes this process a trainer: it runs the job that its parent sends over IPC, then exits. */
export function serveTrainer(): void {
  const controller = new AbortController();
  let grant = (): void => undefined;
  const granted = new Promise<void>((resolve) => {
    grant = resolve;
  });
  process.once('disconnect', () => process.exit(0));
  process.on('message', (raw) => {
    const message = readToTrainer(raw);
    if (message === undefined) return;
    if (message.type === 'cancel') controller.abort();
    else if (message.type === 'granted') grant();
    else void work(message, { signal: controller.signal, granted });
  });
}

async function work(
  job: SentJob,
  { signal, granted }: { readonly signal: AbortSignal; readonly granted: Promise<void> },
): Promise<void> {
  const hooks: LoopHooks = {
    signal,
    planned: (memory) => {
      send({ type: 'planned', memory });
      return granted;
    },
    metrics: (row) => send({ type: 'metrics', row }),
    checkpoint: (checkpoint) => send({ type: 'checkpoint', checkpoint }),
    log: (level, message) => send({ type: 'log', level, message }),
    progress: (progress) => send({ type: 'progress', progress }),
  };
  try {
    send({ type: 'done', result: await resultOf(job, hooks) });
  } catch (error) {
    const failure = signal.aborted ? cancelled() : GraphError.from(readable(error));
    send({ type: 'failed', problem: failure.toProblem() });
  }
}

function resultOf(message: SentJob, hooks: LoopHooks): Promise<Jobs[keyof Jobs]['result']> {
  switch (message.type) {
    case 'train':
      return runTrainingJob(message.job, hooks);
    case 'train-embedder':
      return runEmbedderJob(message.job, hooks);
    case 'train-query-adapter':
      return runQueryAdapterJob(message.job, hooks);
    case 'train-reranker':
      return runRerankerJob(message.job, hooks);
    case 'evaluate':
      return runEvaluationJob(message.job, hooks);
  }
}

/** Runtimes report a failed allocation in many ways. */
function readable(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (
    error instanceof GraphError ||
    !/bad_alloc|allocat\w+ .*memory|out of memory/i.test(message)
  ) {
    return error;
  }
  return new GraphError(
    'out-of-memory',
    `Memory ran out: ${message}. Lower the micro-batch or the longest row, choose a smaller base, or close other programs.`,
    { audience: 'operator', cause: error },
  );
}

function send(message: FromTrainer): void {
  // Without a channel the parent has gone, and this process will end.
  if (process.connected) process.send?.(message);
}
