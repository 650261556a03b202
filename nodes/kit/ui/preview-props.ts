import type { ArtifactRef, MetricMeanings, Span } from '@graft/graph';
import type { ComponentType, ReactNode } from 'react';
import type { EmbeddingMapProps } from './map/embedding-map.tsx';

/** Input of a preview: consecutive rows of one output, and text in progress. */
export interface PreviewProps {
  readonly artifact: ArtifactRef;
  /** Loaded rows. For a `json` or `tree` port: one row, the value or the info. */
  readonly rows: readonly unknown[];
  /** Position of the first of `rows` among the shown rows, from 0; absent: 0. */
  readonly first?: number;
  /** Number of shown rows: all of the artifact, or those in `numbers`. */
  readonly total: number;
  /** If only some rows are shown, or in another order: the number of each among all, from 0. */
  readonly numbers?: readonly number[];
  /** For rows with truncated texts, their full number of characters, by row number. */
  readonly cut?: ReadonlyMap<number, number>;
  /** Reads one whole row by number; undefined if it is unavailable. Absent if none is truncated. */
  readonly readRow?: (row: number) => Promise<unknown>;
  readonly loading: boolean;
  /** Requests the rows at these positions, replacing the previous request. Absent if all are loaded. */
  readonly want?: (from: number, to: number) => void;
  /** Requests the rows after the loaded ones; does nothing while loading. */
  loadMore(): void;
  /** Requests the rows before; undefined if there are none. */
  readonly loadBefore?: (() => void) | undefined;
  /** The node's parameters. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Meanings of its metrics. */
  readonly meanings?: MetricMeanings;
  /** While the node runs: text written so far, by item id. `rows` may then be empty. */
  readonly streaming?: Readonly<Record<string, string>>;
  /** With `streaming`: the step has ended, and nothing is being written any more. */
  readonly stopped?: boolean;
  /** With `streaming`: the first rows of the node's input, to name its items. */
  readonly items?: readonly unknown[];
  /** Opens the source of a citation or hit; absent if it cannot be opened. */
  readonly openSpan?: (span: Span) => void;
  /** Shows one of the node's parameters; absent if it cannot be changed here. */
  readonly openParam?: ((param: string) => void) | undefined;
  /** The row that was jumped to last, by its number among all: it is marked. A new object each time. */
  readonly went?: { readonly row: number };
  /** For embeddings: their layout, once known. */
  readonly map?: EmbeddingMapProps;
  /** Actions on one row, drawn in its corner. */
  readonly rowActions?: (row: unknown, number: number) => ReactNode;
  /** Stands below a row. */
  readonly rowFoot?: (row: unknown, number: number) => ReactNode;
  /** Printing. Paper does not scroll: draws all loaded rows, up to `mostOnPaper`, and says how many are missing. */
  readonly onPaper?: true;
}
export type PreviewComponent = ComponentType<PreviewProps>;
