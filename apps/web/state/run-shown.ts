import { runForm } from '../app-view/run-form.ts';
import { startRun } from './run-actions.ts';
import { useScreen } from './screen-store.ts';

/** Runs what is looked at: in the app view what its form holds, wherever that is asked for, else the file as it is. */
export async function runShown(): Promise<void> {
  if (useScreen.getState().view !== 'app') return startRun();
  await runForm();
}
