import { GraphError, implement } from '@graft/graph';
import { baseModel } from './node.ts';

export const run = implement(baseModel, async (ctx, _inputs, params) => {
  const facts = ctx.models.facts(params.model);
  const { id, digest, architecture, format, contextLength, kind } = facts;
  // The digest of a file of another tool is known once it has been read. This step is then keyed by it and runs again.
  if (facts.unpinned === true) await ctx.models.files(id);
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
