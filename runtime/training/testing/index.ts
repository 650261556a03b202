export { randomAdapter } from './test-model.ts';
export { runEvaluationJob } from '../service/evaluation-job.ts';
export { tinyEmbedder } from './tiny-embedder.ts';
export { tiny, tinyConfig, TinyModel, writeSlidingModel } from './tiny-model.ts';
export { writeTestCheckpoint } from './test-checkpoint.ts';
export { randomWeights } from './test-model.ts';
