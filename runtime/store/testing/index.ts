export * from './memory/index.ts';
export { stallDatabase } from './stall-database.ts';
export * from './queue.ts';
