export { runTraining, type LoopOptions, type LoopResult } from './training-loop.ts';
export type { LoopRequest } from './training-plan.ts';
export { openExecutor, type ExecutorOptions } from './open-executor.ts';
export { availableMemory } from './available-memory.ts';
