import { GraphError, type Training } from '@graft/graph';
import type { ModelResolver } from './model-resolver.ts';

/** What of `Training` is about adapters and models at rest. */
export type AdapterService = Pick<
  Training,
  'importAdapter' | 'mergeAdapters' | 'mergeIntoModel' | 'compareAdapters' | 'randomModel'
>;

export function createAdapterService(options: {
  readonly resolveModel: ModelResolver;
  readonly scratchFolder: string;
}): AdapterService {
  const unavailable = (): never => {
    throw new GraphError('unavailable', `There is no such operation on ${options.scratchFolder}.`);
  };
  return {
    importAdapter: unavailable,
    mergeAdapters: unavailable,
    mergeIntoModel: unavailable,
    compareAdapters: unavailable,
    randomModel: unavailable,
  };
}
