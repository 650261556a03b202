import {
  type AdapterInfo,
  GraphError,
  type ModelRef,
  type TreeInput,
  type WeightedAdapter,
} from '@graft/graph';

/**
 * Adapters with their weights, in the order of the edges; missing weights are 1. Throws `bad-param` for more weights
 * than adapters, and `facet-mismatch` for an adapter of another base than `model`.
 */
export function weightedAdapters(
  adapters: readonly TreeInput<AdapterInfo>[],
  weights: readonly number[],
  about: { readonly node: string; readonly model?: ModelRef; readonly param?: string },
): WeightedAdapter[] {
  if (weights.length > adapters.length) {
    throw new GraphError(
      'bad-param',
      `There are ${weights.length} weights for ${counted(adapters.length)}. Give at most one weight for each adapter.`,
      { location: { node: about.node, param: about.param ?? 'adapterWeights' } },
    );
  }
  return adapters.map(({ path, info }, at) => {
    if (about.model !== undefined && info.base.digest !== about.model.digest) {
      throw new GraphError(
        'facet-mismatch',
        `The adapter ${info.id} was trained on ${info.base.id}, but ${about.model.id} has other weights. Connect the base that it was trained on.`,
        { location: { node: about.node, port: 'adapters' } },
      );
    }
    return { path, info, weight: weights[at] ?? 1 };
  });
}

function counted(adapters: number): string {
  return adapters === 1 ? '1 adapter' : `${adapters} adapters`;
}
