import { createTraining } from '@graft/training/service';
import { startTrainer } from '../start-trainer.ts';
import { tinyRequest } from './tiny-training.ts';

// Trains until it is killed, as a worker would; prints a line once the first step is done.
const [folder = ''] = process.argv.slice(2);
const { model, ...request } = tinyRequest(folder, { epochs: 1_000_000 });
const training = createTraining({
  startTrainer,
  resolveModel: () => Promise.resolve(model.path),
  resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
  threads: 1,
  scratchFolder: folder,
});
await training.train(
  { model, ...request },
  {
    signal: new AbortController().signal,
    metrics: ({ step }) => {
      if (step === 1) process.stdout.write('training\n');
    },
    log: () => undefined,
    progress: () => undefined,
  },
);
