import { GraphError, type TextList } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { ListShape } from './list-program.ts';

/** What a list program reads; `weight` is of each list, usually 1 / lists of the optimizer step. Lists may be fewer. */
export function listFeeds(lists: readonly TextList[], shape: ListShape, weight: number): Feeds {
  const { candidates, length } = shape;
  const size = shape.lists * candidates * length;
  const feeds = {
    'pairs.tokens': new Int32Array(size),
    'pairs.types': new Int32Array(size),
    'pairs.mask': new Int32Array(size),
    open: new Int32Array(shape.lists * candidates),
    weights: new Float32Array(shape.lists),
  };
  for (const [place, list] of lists.entries()) {
    feeds.weights[place] = weight;
    for (const [column, { ids, segments }] of list.entries()) {
      if (place >= shape.lists || column >= candidates || ids.length > length) {
        throw new GraphError(
          'internal',
          `list ${String(place)} with ${String(list.length)} passages, one of ${String(ids.length)} tokens, does not fit ${String(shape.lists)} × ${String(candidates)} × ${String(length)}`,
          { audience: 'developer' },
        );
      }
      const row = place * candidates + column;
      const start = row * length;
      feeds.open[row] = 1;
      feeds['pairs.tokens'].set(ids, start);
      feeds['pairs.types'].set(segments, start);
      feeds['pairs.mask'].fill(1, start, start + ids.length);
    }
  }
  return feeds;
}
