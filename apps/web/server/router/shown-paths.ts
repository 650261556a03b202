import type { RunEvent, RunRecord, StepSummary } from '@graft/graph';
import { withoutFolders } from '../without-folders.ts';

interface Located {
  readonly message: string;
  readonly location: { readonly file?: string | undefined };
}

/** A problem as the page is told it: without where this machine keeps the workspace. */
export function shownProblem<P extends Located>(problem: P, root: string | undefined): P {
  const { file } = problem.location;
  return {
    ...problem,
    message: withoutFolders(problem.message, root),
    location:
      file === undefined
        ? problem.location
        : { ...problem.location, file: withoutFolders(file, root) },
  };
}

export function shownStep(step: StepSummary, root: string): StepSummary {
  return step.error === undefined ? step : { ...step, error: shownProblem(step.error, root) };
}

export function shownRun(run: RunRecord, root: string): RunRecord {
  return run.error === undefined ? run : { ...run, error: withoutFolders(run.error, root) };
}

/** An event likewise; what a model writes and what a row holds is content, and stays. */
export function shownEvent(event: RunEvent, root: string): RunEvent {
  switch (event.type) {
    case 'step.log':
      return { ...event, message: withoutFolders(event.message, root) };
    case 'step.progress': {
      const { message } = event;
      return message === undefined ? event : { ...event, message: withoutFolders(message, root) };
    }
    case 'step.finished':
      return { ...event, step: shownStep(event.step, root) };
    case 'run.finished': {
      const { error } = event;
      const steps = event.steps.map((step) => ({
        ...step,
        ...(step.error === undefined ? {} : { error: shownProblem(step.error, root) }),
      }));
      return {
        ...event,
        steps,
        ...(error === undefined ? {} : { error: shownProblem(error, root) }),
      };
    }
    case 'run.started':
    case 'run.extended':
    case 'step.started':
    case 'step.token':
    case 'step.metrics':
    case 'step.checkpoint':
      return event;
  }
}
