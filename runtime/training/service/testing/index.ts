export { randomAdapter } from '../../golden/test-llama.ts';
export { tiny, tinyConfig, TinyModel } from './tiny-model.ts';
