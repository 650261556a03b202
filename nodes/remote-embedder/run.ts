import { implement } from '@graft/graph';
import { requiredAddress } from '../kit/remote/definition.ts';
import { embedderDigest, exampleAddress, remoteEmbedder } from './node.ts';

export const run = implement(remoteEmbedder, async (ctx, _inputs, params) => {
  const { model, fields, dimension, questionPrompt: question, passagePrompt: passage } = params;
  const url = requiredAddress(ctx, params.url, exampleAddress);
  const info = {
    ...{ id: model, digest: embedderDigest(url, params), dimension },
    ...{ prompts: { question, passage }, remote: { url, model, fields } },
  };
  return { embedder: { path: await ctx.scratch(), info } };
});
