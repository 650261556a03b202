import {
  type Embedder,
  GraphError,
  ItemFailure,
  type RemoteUse,
  type RunContext,
} from '@graft/graph';

/** How a step asks the encoder at an input, if it is on a server. */
export function remoteUse(ctx: Pick<RunContext, 'inputFacets' | 'log'>, port: string): RemoteUse {
  const { embedder, crossEncoder } = ctx.inputFacets[port] ?? {};
  const asking = embedder?.remote ?? crossEncoder?.remote;
  if (asking === undefined) return {};
  return {
    asking,
    onDelay: (why) => {
      ctx.log('info', why);
    },
  };
}

/**
 * A server refuses a whole request for one text, for example for its length: that is a failure of items, which the
 * engine then tries alone. Throws any other error.
 */
export function refusedAlone({ device }: Pick<Embedder, 'device'>, error: unknown): ItemFailure {
  const isRefused = error instanceof GraphError && error.code === 'bad-input';
  if (device !== 'remote' || !isRefused) throw error;
  return new ItemFailure(error.message);
}
