export { createTraining, type TrainingOptions } from './training-service.ts';
export type { EncoderResolver, ModelResolver } from './model-file.ts';
export { trainerEnvironment } from './trainer-environment.ts';
export { serveTrainer } from './serve-trainer.ts';
export type { ToTrainer, StartTrainer, TrainerProcess } from './trainer-protocol.ts';
