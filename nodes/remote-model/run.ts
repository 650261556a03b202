import { implement, type RemoteModel } from '@graft/graph';
import { remoteDigest, requiredAddress } from '../kit/remote/definition.ts';
import { remoteModel } from './node.ts';

export const run = implement(remoteModel, async (ctx, _inputs, params) => {
  const { model, revision, fields, context } = params;
  const url = requiredAddress(ctx, params.url, 'http://127.0.0.1:11434/v1');
  const remote: RemoteModel = { url, model, fields };
  const info = {
    ...{ id: model, architecture: 'remote', format: 'remote' as const, contextLength: context },
    ...{ digest: remoteDigest(remote, { revision }), remote },
  };
  return { model: { path: await ctx.scratch(), info } };
});
