import { tinyRequest } from './tiny-training.ts';
import { trainingIn } from './training-attempt.ts';

// Trains until it is killed, as a worker would; prints a line once the first step is done.
const [folder = ''] = process.argv.slice(2);
const { model, ...request } = tinyRequest(folder, { epochs: 1_000_000 });
await trainingIn(folder).train(
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
