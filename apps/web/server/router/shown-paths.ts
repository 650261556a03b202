import type {
  RunEvent,
  RunRecord,
  StepSummary,
  EvidenceTable,
  ExperimentEvent,
} from '@graft/graph';
import { homedir } from 'node:os';
import { sep } from 'node:path';

/** Shortens paths for the page: relative to the workspace, or from `~`. They do not reveal folders of this machine. */
export function withoutFolders(text: string, root: string | undefined): string {
  const short = root === undefined ? text : text.replaceAll(root + sep, '').replaceAll(root, '.');
  return short.replaceAll(homedir() + sep, `~${sep}`);
}

interface Located {
  readonly message: string;
  readonly location: { readonly file?: string | undefined };
}

/** A problem for the page, without folders of this machine. */
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

/** The same for an event. Texts of models and rows are content and stay. */
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

/** The same for the reasons in a table. */
export function shownTable(table: EvidenceTable, root: string): EvidenceTable {
  const rows = table.rows.map((row) =>
    row.problem === undefined ? row : { ...row, problem: withoutFolders(row.problem, root) },
  );
  return { ...table, rows };
}

/** The same for an event of an experiment. */
export function shownExperimentEvent(event: ExperimentEvent, root: string): ExperimentEvent {
  switch (event.type) {
    case 'experiment.started': {
      const variants = event.variants.map((variant) => ({
        ...variant,
        ...(variant.problem === undefined ? {} : { problem: shownProblem(variant.problem, root) }),
      }));
      return { ...event, variants };
    }
    case 'variant.started':
    case 'race.looked':
      return event;
    case 'variant.finished':
      return event.error === undefined
        ? event
        : { ...event, error: shownProblem(event.error, root) };
    case 'experiment.finished': {
      const { error } = event;
      const problem = error === undefined ? {} : { error: shownProblem(error, root) };
      return { ...event, table: shownTable(event.table, root), ...problem };
    }
  }
}
