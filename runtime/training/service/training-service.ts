import { GraphError, type Training } from '@graft/graph';
import { createAdapterService } from './adapter-service.ts';
import type { ModelResolver } from './model-resolver.ts';

export interface TrainingOptions {
  /** Path of the trainer process's entry: `trainer-main.ts`, or a bundle of it. */
  readonly trainerEntry: string;
  readonly resolveModel: ModelResolver;
  /** Of the CPU. */
  readonly threads: number;
  /** For files that live as long as a training does; made when needed. */
  readonly scratchFolder: string;
}

/** Training and everything about adapters. Starts no process until asked to train or to evaluate. */
export function createTraining(options: TrainingOptions): Training {
  const unavailable = (): never => {
    throw new GraphError('unavailable', 'This worker has no trainer.');
  };
  return { ...createAdapterService(options), train: unavailable, evaluate: unavailable };
}
