import { isRecord, rowHolds } from '@graft/graph';
import type { Found } from '../../kit/find/find-bar.tsx';
import type { ReportRows } from '@graft/view';

/** The rows that hold a text, as the server finds them; undefined while nothing is searched. */
export function foundIn({ rows, total }: ReportRows, text: string): Found | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return undefined;
  const found = rows.flatMap((row, at) => (rowHolds(withoutVector(row), wanted) ? [at] : []));
  const searched = rows.length;
  return { rows: found, searched, complete: searched === total, searching: false, loading: false };
}

function withoutVector(row: unknown): unknown {
  if (!isRecord(row)) return row;
  const { vector: _vector, ...rest } = row;
  return rest;
}
