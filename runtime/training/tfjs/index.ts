export { tfjsExecutor } from './executor.ts';
