import { GraphError, type TrainingRequest } from '@graft/graph';
import { stepsPerEpoch } from '../data/epoch.ts';

/** What determines the steps, whatever they compute. */
export type StepRequest = Pick<
  TrainingRequest,
  | (
      | 'epochs'
      | 'maxSteps'
      | 'batch'
      | 'learningRate'
      | 'schedule'
      | 'warmup'
      | 'weightDecay'
      | 'clip'
    )
  | ('seed' | 'evaluateEvery' | 'patience' | 'checkpointEvery' | 'checkpoints')
>;

/** Number and kind of steps. */
export interface StepPlan {
  readonly request: Pick<
    StepRequest,
    'learningRate' | 'schedule' | 'clip' | 'evaluateEvery' | 'patience' | 'checkpointEvery'
  >;
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Warm-up steps. */
  readonly warmup: number;
}

/** The steps of a training on this many rows. Throws `bad-param` if there are none. */
export function planSteps<Request extends StepRequest>(request: Request, rows: number) {
  const { epochs, maxSteps, batch, warmup } = request;
  const perEpoch = stepsPerEpoch(rows, batch);
  const whole = Math.ceil(perEpoch * epochs);
  const steps = maxSteps > 0 ? Math.min(maxSteps, whole) : whole;
  if (steps < 1) {
    throw new GraphError('bad-param', `${epochs} epochs give no step. Raise the epochs.`, {
      location: { param: 'epochs' },
    });
  }
  return { request, stepsPerEpoch: perEpoch, steps, warmup: Math.ceil(steps * warmup) };
}
