export { randomAdapter } from './test-model.ts';
export { runEvaluationJob } from '../service/evaluation-job.ts';
export { writeSlidingModel } from './sliding-model.ts';
export { tinyEmbedder } from './tiny-embedder.ts';
export { tiny, tinyConfig, TinyModel } from './tiny-model.ts';
