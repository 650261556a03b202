/**
 * Trains one step of a LoRA as the `train-lora` node does, in a trainer of its own, and prints what it claimed and what
 * that trainer took at its peak, in bytes.
 */
import { openWorkerHost } from '@graft/worker/host';
import path from 'node:path';
import { z } from 'zod';
import { peakOf, treeOf } from '../report/measured-process.ts';
import { seededRandom } from '../report/random.ts';

const given = z
  .object({
    ...{ file: z.string(), folder: z.string(), digest: z.string() },
    ...{ rows: z.number(), length: z.number(), threads: z.number() },
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { folder, length } = given;
const host = await openWorkerHost({
  ...{ root: folder, stateFolder: path.join(folder, 'state') },
  ...{ modelsFolder: path.join(folder, 'models'), threads: given.threads },
});
const nothing = (): void => undefined;
const { signal } = new AbortController();
const services = await host.services({
  ...{ node: 'train', device: 'cpu', signal, models: new Map() },
  ...{ progress: nothing, waiting: nothing, held: nothing, spent: nothing },
});
const random = seededRandom(1);
const rows = Array.from({ length: given.rows }, (_, row) => ({
  id: String(row),
  tokens: Array.from({ length }, () => Math.floor(random() * 150_000)),
  trained: Array.from({ length }, () => 1 as const),
}));
let claimed = 0;
let taken = 0;
const measure = async (): Promise<void> => {
  const [, ...trainer] = await treeOf(process.pid);
  for (const pid of trainer) taken = Math.max(taken, await peakOf(pid));
};
const timer = setInterval(() => void measure(), 100);
const training = await services.backends.training();
await training.train(
  {
    ...{ model: { id: 'random', digest: given.digest, path: given.file }, device: 'cpu' },
    method: {
      ...{ kind: 'lora', rank: 8, alpha: 16, targets: ['all-linear'], plusRatio: 1, dropout: 0 },
      ...{ rankStabilized: false, dora: false },
    },
    ...{ train: rows, evaluation: [], epochs: 1, maxSteps: 1, maxLength: length, packing: false },
    ...{ batch: given.rows, microBatch: 0, learningRate: 1e-4, schedule: 'constant', warmup: 0 },
    ...{ weightDecay: 0, clip: 1, seed: 1, evaluateEvery: 0, patience: 0, checkpointEvery: 100 },
    ...{ checkpoints: path.join(folder, 'checkpoints'), folder: path.join(folder, 'adapter') },
    memory: await services.room(),
  },
  {
    signal,
    lease: (bytes) => {
      claimed = bytes;
      return services.lease(bytes);
    },
    metrics: () => void measure(),
    log: (_, message) => console.error(message),
    progress: nothing,
  },
);
clearInterval(timer);
console.log(JSON.stringify({ claimed, taken }));
process.exit(0);
