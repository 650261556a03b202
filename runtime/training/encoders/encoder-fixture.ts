import type { MetricRow } from '@graft/graph';
import { fixture } from '../golden/golden.ts';
import type { Executor } from '../ir/executor.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { openEncoder, type EncoderModel } from './encoder-model.ts';

export const lora = {
  kind: 'lora',
  rank: 4,
  alpha: 8,
  rankStabilized: false,
  targets: ['all-linear'],
} as const;

/** What the requests of the tests have alike, whatever is trained. */
export const steps = {
  evaluation: [],
  epochs: 4,
  maxSteps: 0,
  learningRate: 0.01,
  schedule: 'cosine',
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  seed: 3,
  evaluateEvery: 0,
  patience: 0,
  checkpointEvery: 3,
} as const;

/** How an attempt differs from the others of its file. */
export interface Attempt<Request> {
  readonly change?: Partial<Request>;
  readonly memory?: number;
  readonly watch?: (row: MetricRow, controller: AbortController) => void;
}

interface Training<Request> {
  readonly model: EncoderModel;
  readonly modelDigest: string;
  readonly executor: Executor;
  readonly request: Request;
  readonly memory: number;
  readonly hooks: LoopHooks;
}

/** Trains the tiny encoder, and tells what came of it and what was said meanwhile; an error is one of the results. */
export async function attemptOf<Request extends { readonly checkpoints: string }>(
  train: (training: Training<Request>) => Promise<LoopResult>,
  request: Request,
  { memory = 4e9, watch }: Pick<Attempt<Request>, 'memory' | 'watch'>,
) {
  const rows: MetricRow[] = [];
  const logs: string[] = [];
  const planned: number[] = [];
  const controller = new AbortController();
  const training = train({
    model: await openEncoder(fixture('bert'), 'model.safetensors'),
    modelDigest: 'digest of the model',
    executor: await onnxExecutor({ device: 'cpu', threads: 1 }),
    ...{ request, memory },
    hooks: {
      signal: controller.signal,
      metrics(row) {
        rows.push(row);
        watch?.(row, controller);
      },
      planned: (bytes) => void planned.push(bytes),
      log: (_, message) => logs.push(message),
      progress: () => undefined,
    },
  });
  const result = await training.catch((error: unknown) => ({ error }));
  return { rows, logs, planned, ...result };
}
