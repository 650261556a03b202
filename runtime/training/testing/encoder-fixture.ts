import type { MetricRow } from '@graft/graph';
import { fixture } from './golden.ts';
import { expect } from 'vitest';
import { newFolder, numbersOf } from './loop-fixture.ts';
import { runTraining, type LoopResult, type TrainingTask } from '../loop/training-loop.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { openEncoder, type EncoderModel } from '../encoders/encoder-model.ts';

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

/** Trains the tiny encoder, and tells what came of it and what was said meanwhile; an error is one of the results. */
export async function attemptOf<Request extends { readonly checkpoints: string }, Sizes>(
  taskOf: (training: {
    readonly model: EncoderModel;
    readonly modelDigest: string;
    readonly request: Request;
  }) => TrainingTask<Sizes>,
  request: Request,
  { memory = 4e9, watch }: Pick<Attempt<Request>, 'memory' | 'watch'>,
) {
  const rows: MetricRow[] = [];
  const logs: string[] = [];
  const planned: number[] = [];
  const controller = new AbortController();
  const train = async (): Promise<LoopResult> => {
    const model = await openEncoder(fixture('bert'), 'model.safetensors');
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    return await runTraining(taskOf({ model, modelDigest: 'digest of the model', request }), {
      ...{ executor, memory },
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
  };
  const result = await train().catch((error: unknown) => ({ error }));
  return { rows, logs, planned, ...result };
}

type Attempted = Awaited<ReturnType<typeof attemptOf>>;

/** Cancels a training after its fifth step, and lets it go on to the numbers of one that was never interrupted. */
export async function expectToGoOn(
  attempt: (
    how: Pick<Attempt<never>, 'watch'> & { readonly change: { readonly checkpoints?: string } },
  ) => Promise<Attempted>,
): Promise<Attempted> {
  const whole = await attempt({ change: {} });
  const checkpoints = await newFolder();
  const first = await attempt({
    change: { checkpoints },
    watch: ({ series, step }, controller) => {
      if (series === 'train' && step === 5) controller.abort();
    },
  });
  expect(first).toHaveProperty('error');
  const second = await attempt({ change: { checkpoints } });
  expect(second.logs.join()).toContain('Goes on from the checkpoint of step 5');
  expect(numbersOf([...first.rows, ...second.rows])).toEqual(numbersOf(whole.rows));
  expect(second).toHaveProperty('parameters', 'parameters' in whole ? whole.parameters : undefined);
  return whole;
}
