import { AsyncLocalStorage } from 'node:async_hooks';

/** A run, or a run of an experiment, that this process executes. */
interface RunAtWork {
  readonly runId: string;
  /** Ends it as failed; does nothing once it has ended. */
  fail(error: unknown): void;
}

const current = new AsyncLocalStorage<RunAtWork>();

/** Does a run's work. Whatever is begun within belongs to the run, promises that nobody awaits included. */
export const withinRun = <T>(run: RunAtWork, work: () => T): T => current.run(run, work);

/** Begins what serves any run, such as a process, though one run needs it first. */
export const outsideRuns = <T>(work: () => T): T => current.exit(work);

/** The run that what happens at this moment belongs to. */
export const runAtWork = (): RunAtWork | undefined => current.getStore();
