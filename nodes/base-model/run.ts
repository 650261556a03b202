import { GraphError, implement } from '@graft/graph';
import { baseModel } from './node.ts';

export const run = implement(baseModel, async (ctx, _inputs, params) => {
  const { id, digest, architecture, format, contextLength, kind } = ctx.models.facts(params.model);
  if (kind !== 'language-model') {
    throw new GraphError(
      'bad-model',
      `"${id}" is not a language model (kind: ${kind}). Choose a language model.`,
      {
        location: { node: ctx.node, param: 'model' },
      },
    );
  }
  const info = { id, digest, architecture, format, contextLength };
  return { model: { path: await ctx.scratch(), info } };
});
