import { GraphError } from '@graft/graph';
import type { LoopHooks } from '../loop/training-loop.ts';
import { cancelled } from './cancelled.ts';
import { runEmbedderJob } from './embedder-job.ts';
import { runEvaluationJob } from './evaluation-job.ts';
import { unpackExamples } from './packed-examples.ts';
import { unpackLists } from './packed-lists.ts';
import { unpackPairs } from './packed-pairs.ts';
import { runQueryAdapterJob } from './query-adapter-job.ts';
import { runRerankerJob } from './reranker-job.ts';
import { readToTrainer, type Answer, type FromTrainer, type SentJob } from './trainer-protocol.ts';
import { runTrainingJob } from './training-job.ts';

/** Makes this process a trainer: it works on the job that its parent sends over IPC, then ends. */
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
    send(await answer(job, hooks));
  } catch (error) {
    const failure = signal.aborted ? cancelled() : GraphError.from(readable(error));
    send({ type: 'failed', problem: failure.toProblem() });
  }
}

async function answer(message: SentJob, hooks: LoopHooks): Promise<Answer> {
  if (message.type === 'evaluate') {
    const { job } = message;
    const examples = unpackExamples(job.examples);
    return { type: 'evaluated', losses: await runEvaluationJob({ ...job, examples }, hooks) };
  }
  if (message.type === 'train-embedder') {
    const { job } = message;
    const { train, evaluation } = job.request;
    const pairs = { train: unpackPairs(train), evaluation: unpackPairs(evaluation) };
    const result = await runEmbedderJob({ ...job, request: { ...job.request, ...pairs } }, hooks);
    return { type: 'embedder-trained', result };
  }
  if (message.type === 'train-query-adapter') {
    return { type: 'query-adapter-trained', result: await runQueryAdapterJob(message.job, hooks) };
  }
  if (message.type === 'train-reranker') {
    const { job } = message;
    const { train, evaluation } = job.request;
    const lists = { train: unpackLists(train), evaluation: unpackLists(evaluation) };
    const result = await runRerankerJob({ ...job, request: { ...job.request, ...lists } }, hooks);
    return { type: 'reranker-trained', result };
  }
  const { job } = message;
  const { train, evaluation } = job.request;
  const request = {
    ...job.request,
    train: unpackExamples(train),
    evaluation: unpackExamples(evaluation),
  };
  const result = await runTrainingJob({ ...job, request }, hooks);
  return { type: 'trained', result };
}

/** Runtimes say in many ways that an allocation failed. */
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
  // Without a channel the parent has gone, and so will this process.
  if (process.connected) process.send?.(message);
}
