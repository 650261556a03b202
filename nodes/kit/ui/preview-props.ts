import type { ArtifactRef, MetricMeanings, Span } from '@graft/graph';
import type { ComponentType, ReactNode } from 'react';
import type { EmbeddingMapProps } from './embedding-map.tsx';

/** What a preview is given: pages of one output, loaded so far, and what is being written right now. */
export interface PreviewProps {
  readonly artifact: ArtifactRef;
  /** Rows loaded so far, from the first on. For a `json` or `tree` port: one row, the value or the info. */
  readonly rows: readonly unknown[];
  /** Rows that the artifact has. */
  readonly total: number;
  readonly loading: boolean;
  /** Asks for the next page; does nothing while one is loading. */
  loadMore(): void;
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
  /** Number of the first of `rows`, from 0; absent: they begin with the first there is. */
  readonly first?: number;
  /** The row that was jumped to, or found: it is marked. */
  readonly current?: number;
  /** Of embeddings: where they lie, once it is known. */
  readonly map?: EmbeddingMapProps;
  /** What can be done to one row, drawn in its corner. */
  readonly rowActions?: (row: unknown) => ReactNode;
}
export type PreviewComponent = ComponentType<PreviewProps>;
