import { implement } from '@graft/graph';
import { remoteDigest, requiredAddress } from '../kit/remote/definition.ts';
import { exampleAddress, remoteReranker, rerankerName } from './node.ts';

export const run = implement(remoteReranker, async (ctx, _inputs, params) => {
  const { model, fields, revision } = params;
  const url = requiredAddress(ctx, params.url, exampleAddress);
  const remote = { url, model, fields };
  const info = { id: rerankerName(url, model), digest: remoteDigest(remote, { revision }), remote };
  return { reranker: { path: await ctx.scratch(), info } };
});
