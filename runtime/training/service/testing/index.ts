export { randomAdapter } from '../../golden/test-model.ts';
export { tiny, tinyConfig, TinyModel } from './tiny-model.ts';
