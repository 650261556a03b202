import { GraphError, type TrainingRequest } from '@graft/graph';

export interface Explosion {
  readonly loss: number;
  /** Of the gradients; absent in an evaluation. */
  readonly norm?: number;
  /** The step that was being made, counted from 1; 0: before the first. */
  readonly step: number;
  readonly request: Pick<TrainingRequest, 'learningRate' | 'clip'>;
}

/** Numbers that are none: which, when, and what most likely helps. */
export function lossExploded({ loss, norm, step, request }: Explosion): GraphError {
  const what = Number.isFinite(loss) ? `gradients became ${String(norm)}` : `loss became ${loss}`;
  if (step <= 1) {
    return new GraphError(
      'bad-model',
      `The ${what} before training began: the base gives no finite numbers for this data. Choose another base, or another encoding of it.`,
    );
  }
  const remedies = [
    `lower the learning rate (now ${request.learningRate})`,
    ...(request.clip > 0 ? [] : ['clip the gradients']),
    'warm up longer',
  ];
  return new GraphError(
    'bad-input',
    `The ${what} at step ${step}: ${remedies.join(', ')}. Earlier checkpoints are kept.`,
  );
}
