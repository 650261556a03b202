import { AsyncLocalStorage } from 'node:async_hooks';

/** A run, or a run of an experiment, that this process executes. */
interface RunAtWork {
  readonly runId: string;
  /** Ends it as failed; does nothing once it has ended. */
  fail(error: unknown): void;
}

const current = new AsyncLocalStorage<RunAtWork>();

/** Does work of a run. Everything begun within belongs to the run, including promises that nobody awaits. */
export const withinRun = <T>(run: RunAtWork, work: () => T): T => current.run(run, work);

/** Starts something that serves all runs, such as a process, although one run needs it first. */
export const outsideRuns = <T>(work: () => T): T => current.exit(work);

/** The run that the current work belongs to. */
export const runAtWork = (): RunAtWork | undefined => current.getStore();
