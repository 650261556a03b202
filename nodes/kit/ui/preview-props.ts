import type { ArtifactRef, MetricMeanings, Span } from '@graft/graph';
import type { ComponentType, ReactNode } from 'react';
import type { EmbeddingMapProps } from './map/embedding-map.tsx';

/** What a preview is given: some rows of one output that stand one after the other, and what is being written right now. */
export interface PreviewProps {
  readonly artifact: ArtifactRef;
  /** Rows that have come. For a `json` or `tree` port: one row, the value or the info. */
  readonly rows: readonly unknown[];
  /** The place of the first of `rows` among those shown, from 0; absent: they begin with the first there is. */
  readonly first?: number;
  /** Rows that are shown: all that the artifact has, or those that `numbers` tells. */
  readonly total: number;
  /** Where only some rows are shown, or in another order: the number of each among all, from 0. */
  readonly numbers?: readonly number[];
  /** Of rows whose texts are cut how many characters these have, by the numbers of the rows. */
  readonly cut?: ReadonlyMap<number, number>;
  /** Reads one whole row by its number; undefined where it cannot be had. Absent where none is cut. */
  readonly readRow?: (row: number) => Promise<unknown>;
  readonly loading: boolean;
  /** Asks for the rows at these places, instead of those asked for before. Absent where all have come. */
  readonly want?: (from: number, to: number) => void;
  /** Asks for the rows after those that have come; does nothing while some are loading. */
  loadMore(): void;
  /** Asks for the rows before; undefined where there are none. */
  readonly loadBefore?: (() => void) | undefined;
  /** The node's parameters. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What its metrics say. */
  readonly meanings?: MetricMeanings;
  /** While the node runs: text written so far, by item id. Then `rows` may be empty. */
  readonly streaming?: Readonly<Record<string, string>>;
  /** With `streaming`: the step has ended, and nothing is being written any more. */
  readonly stopped?: boolean;
  /** With `streaming`: the first rows of the input that the node works through, to tell its items by. */
  readonly items?: readonly unknown[];
  /** Opens the place of a citation or hit; absent where there is nowhere to open it. */
  readonly openSpan?: (span: Span) => void;
  /** The row that was gone to last, by its number among all: it is marked. A new object each time. */
  readonly went?: { readonly row: number };
  /** Of embeddings: where they lie, once it is known. */
  readonly map?: EmbeddingMapProps;
  /** A question that stands above the rows: it is not said of each again. */
  readonly told?: string;
  /** What can be done to one row, drawn in its corner. */
  readonly rowActions?: (row: unknown, number: number) => ReactNode;
  /** It is being printed. Paper does not scroll: of rows that have come all are drawn, up to `mostOnPaper`, and it is told how many are left out. */
  readonly onPaper?: true;
}
export type PreviewComponent = ComponentType<PreviewProps>;
