import type { ParamsOf } from '@graft/graph';
import type { index } from './node.ts';

type Chosen = ParamsOf<typeof index>['kind'];

/** Chunks above which a graph index pays off: measured, see the README. */
export const mostFlat = 5_000;

/** The kind of index for this many chunks. */
export function indexKind(chosen: Chosen, chunks: number): Exclude<Chosen, 'auto'> {
  if (chosen !== 'auto') return chosen;
  return chunks <= mostFlat ? 'flat' : 'hnsw';
}
