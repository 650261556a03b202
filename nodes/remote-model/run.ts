import { canonicalJson, GraphError, implement, type RemoteModel, sha256 } from '@graft/graph';
import { remoteAddress, remoteModel } from './node.ts';

export const run = implement(remoteModel, async (ctx, _inputs, params) => {
  const { model, revision, fields, context } = params;
  const url = remoteAddress(params.url);
  if (url === undefined) {
    throw new GraphError(
      'bad-param',
      'This is not the address of a model. Use an address such as http://127.0.0.1:11434/v1.',
      {
        location: { node: ctx.node, param: 'url' },
      },
    );
  }
  const remote: RemoteModel = { url, model, fields };
  const info = {
    ...{ id: model, architecture: 'remote', format: 'remote' as const, contextLength: context },
    ...{ digest: sha256(canonicalJson({ ...remote, revision })), remote },
  };
  return { model: { path: await ctx.scratch(), info } };
});
