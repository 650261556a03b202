import type { EvidenceTable, ExperimentEvent } from '@graft/graph';
import { withoutFolders } from '../without-folders.ts';
import { shownProblem } from './shown-paths.ts';

/** A table without paths of this machine in its reasons. */
export function shownTable(table: EvidenceTable, root: string): EvidenceTable {
  const rows = table.rows.map((row) =>
    row.problem === undefined ? row : { ...row, problem: withoutFolders(row.problem, root) },
  );
  return { ...table, rows };
}

/** An event of an experiment likewise. */
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
