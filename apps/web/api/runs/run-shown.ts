import { action, screenStore } from '@graft/view';
import { startRun } from './run-actions.ts';

/** Runs what is looked at: in the app view what its form holds, wherever that is asked for, else the file as it is. */
export async function runShown(): Promise<void> {
  if (screenStore.getState().view !== 'app') return startRun();
  await action('runForm')();
}
