import { GraphError, implement } from '@graft/graph';
import { runTrainingTask } from '../kit/training/run-training.ts';
import { fineTune } from './node.ts';

export const run = implement(fineTune, async (ctx, { model, dataset }, params) => {
  ctx.log(
    'warning',
    'Training all weights takes 16 bytes of memory for each, with gradient and two moments, plus activations. An adapter needs a fraction of that.',
  );
  const { result, folder, metrics } = await runTrainingTask(ctx, {
    ...{ model, dataset, params },
    method: { kind: 'full' },
  });
  if (result.model === undefined) {
    throw new GraphError('internal', 'Training gave no model.', { audience: 'developer' });
  }
  return { model: { path: folder, info: result.model }, metrics };
});
