import { isRecord, Metrics, rowHolds, type ArtifactRef } from '@graft/graph';
import { useMemo, useState } from 'react';
import type { Found } from '../inspector/output/found.ts';
import type { ReportRows } from './report.ts';

/** Rows that are drawn at once; of metrics all, since a curve wants all of its points. */
const pageSize = 50;

/** The rows of a page that are drawn, as previews are given them by the server. */
export interface EmbeddedWindow {
  readonly rows: readonly unknown[];
  /** Number of the first of them, from 0. */
  readonly first: number;
  loadMore(): void;
  /** Undefined where there is nothing before. */
  readonly loadBefore: (() => void) | undefined;
  /** Draws the rows around one. */
  show(row: number): void;
}

/** A part of the rows that the page holds, which grows in both directions. */
export function useEmbeddedRows(held: ReportRows, artifact: ArtifactRef): EmbeddedWindow {
  const size = artifact.mediaType === Metrics.mediaType ? held.rows.length : pageSize;
  const [{ first, end }, setDrawn] = useState({ first: 0, end: size });
  const rows = useMemo(() => held.rows.slice(first, end), [held, first, end]);
  return {
    ...{ rows, first },
    loadMore: () => setDrawn({ first, end: end + size }),
    loadBefore: first === 0 ? undefined : () => setDrawn({ first: Math.max(0, first - size), end }),
    show: (row) => {
      if (row >= first && row < end) return;
      const begin = Math.max(0, row - size / 2);
      setDrawn({ first: begin, end: begin + size });
    },
  };
}

/** The rows that hold a text, as the server finds them; undefined while nothing is searched. */
export function foundIn({ rows, total }: ReportRows, text: string): Found | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return undefined;
  const found = rows.flatMap((row, at) => (rowHolds(withoutVector(row), wanted) ? [at] : []));
  const searched = rows.length;
  return { rows: found, searched, complete: searched === total, loading: false };
}

function withoutVector(row: unknown): unknown {
  if (!isRecord(row)) return row;
  const { vector: _vector, ...rest } = row;
  return rest;
}
