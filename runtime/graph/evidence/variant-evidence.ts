import type { MetricRow } from '../metrics/metrics.ts';
import type { Cost, TableRow } from '../metrics/evidence-table.ts';

/** What one variant has given: the argument of `evidenceTable`. */
export interface VariantEvidence {
  /** Unique. */
  readonly name: string;
  /** All that it sets; the table shows what differs. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its rows of metrics, once for each repeat (seed); only rows with an item count. Empty: it has given none. */
  readonly repeats: readonly (readonly MetricRow[])[];
  /** By metric, ids of items that are known to have failed, in any repeat. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** Ids of the items that it was given, where it was stopped before it had all; absent: all. */
  readonly given?: readonly string[];
  readonly cost?: Cost;
  /** Why it gave nothing, or not all: refused, failed, dropped. */
  readonly problem?: string;
  /** As in the table. */
  readonly named?: TableRow['named'];
}
