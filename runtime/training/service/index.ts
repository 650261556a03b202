export { createTraining, type TrainingOptions } from './training-service.ts';
export type { EncoderResolver, ModelResolver } from './model-resolver.ts';
export type { StartTrainer, TrainerProcess } from './trainer-process.ts';
export { trainerEnvironment } from './trainer-environment.ts';
export { serveTrainer } from './serve-trainer.ts';
export type { ToTrainer } from './trainer-protocol.ts';
