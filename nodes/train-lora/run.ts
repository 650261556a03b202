import { GraphError, implement } from '@graft/graph';
import { runTrainingTask } from '../kit/training/run-training.ts';
import { trainLora } from './node.ts';

export const run = implement(trainLora, async (ctx, { model, dataset }, all) => {
  const { method, rank, alpha, dropout, targets, plusRatio, ...params } = all;
  const { result, folder, metrics } = await runTrainingTask(ctx, {
    ...{ model, dataset, params },
    method: {
      ...{ kind: 'lora', rank, alpha, dropout, targets, plusRatio },
      rankStabilized: method === 'rslora',
      dora: method === 'dora',
    },
  });
  if (result.adapter === undefined) {
    throw new GraphError('internal', 'Training gave no adapter.', { audience: 'developer' });
  }
  return { adapter: { path: folder, info: result.adapter }, metrics };
});
