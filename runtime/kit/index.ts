export { abortable } from './abortable.ts';
export { ForkedProcess, type ProcessEvents, type ProcessOptions } from './forked-process.ts';
export { oomKills, type ProcessExit } from './process-exit.ts';
