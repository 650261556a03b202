export { ForkedProcess, type ProcessEvents } from './forked-process.ts';
export { oomKills, type ProcessExit } from './process-exit.ts';
