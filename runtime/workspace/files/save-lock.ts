import { withStateLock } from './state-lock.ts';

/** Milliseconds to wait for another save: one takes a few. */
const patience = 10_000;

/** Runs `work` while no other process saves, so that comparing revisions and replacing a file are one act. */
export function withSaveLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const busy = (pid: number): string =>
    `The process ${String(pid)} has been saving for ${String(patience / 1000)} s. Try again when it has finished, or end that process.`;
  return withStateLock(folder, { patience, busy }, work);
}
