import { GraphError, implement, modelSource } from '@graft/graph';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { mergeIntoModel } from './node.ts';

export const run = implement(mergeIntoModel, async (ctx, { model, ...inputs }, params) => {
  if (model.info.format !== 'gguf') {
    throw new GraphError(
      'bad-model',
      `"${model.info.id}" has the format ${model.info.format}. Choose the model in GGUF, because the merged file takes over its tokenizer.`,
      { location: { node: ctx.node, port: 'model' } },
    );
  }
  const adapters = weightedAdapters(inputs.adapters, params.weights, {
    ...{ node: ctx.node, param: 'weights', model: model.info },
  });
  const folder = await ctx.scratch();
  const training = await ctx.backends.training();
  const info = await training.mergeIntoModel(
    { model: modelSource(model), adapters, encoding: params.encoding, folder },
    { signal: ctx.signal, progress: (progress) => ctx.progress(progress) },
  );
  return { model: { path: folder, info } };
});
