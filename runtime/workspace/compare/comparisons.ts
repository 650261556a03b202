import type { ArtifactRows } from '@graft/engine';
import type { ArtifactStore, EvidenceTable, Registry, RunStore } from '@graft/graph';
import { AlignedRows, type ComparedRows, type ComparedRowsQuery } from './aligned-rows.ts';
import { runsTable, type ComparedSide } from './runs-table.ts';

interface Parts {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly rows: ArtifactRows;
  readonly registry: Registry;
}

/** Runs, or nodes of them, side by side. */
export class Comparisons {
  readonly #parts: Parts;
  readonly #rows: AlignedRows;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rows = new AlignedRows(parts);
  }

  /**
   * Their metrics as the table of an experiment, in which they are called A, B and so on; the first is the baseline.
   * Undefined where they have no metrics of items. Throws `bad-input` for a run that is not there.
   */
  table(sides: readonly ComparedSide[]): Promise<EvidenceTable | undefined> {
    return runsTable(this.#parts, sides);
  }

  /**
   * Rows of outputs of several sides, by their ids. Throws `bad-input` for outputs that are not of one type with rows of
   * text, `missing-file` where one is gone, and the reason of `signal` once it aborts.
   */
  rows(query: ComparedRowsQuery, signal?: AbortSignal): Promise<ComparedRows> {
    return this.#rows.page(query, signal);
  }
}
