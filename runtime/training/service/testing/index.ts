export { randomAdapter } from '../../golden/test-model.ts';
export { runEvaluationJob } from '../evaluation-job.ts';
export { writeSlidingModel } from './sliding-model.ts';
export { tinyEmbedder } from './tiny-embedder.ts';
export { tiny, tinyConfig, TinyModel } from './tiny-model.ts';
