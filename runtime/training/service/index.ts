export { createTraining, type TrainingOptions } from './training-service.ts';
export type { ModelResolver } from './model-resolver.ts';
