export { onnxExecutor, type OnnxOptions } from './executor.ts';
