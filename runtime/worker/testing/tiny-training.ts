import { fileURLToPath } from 'node:url';
import type { ModelSource, TrainingExample, TrainingRequest } from '@graft/graph';

/** A Llama of two layers with random weights. */
export const tinyModel: ModelSource & { readonly path: string } = {
  id: 'tiny',
  digest: 'a'.repeat(64),
  path: fileURLToPath(new URL('../../training/golden/fixtures/llama', import.meta.url)),
};

/** Texts of tokens below 64, the vocabulary of the tiny model. */
export function tinyTexts(count: number, length: number): TrainingExample[] {
  return Array.from({ length: count }, (_, i) => {
    const tokens = Array.from({ length: length - (i % 3) }, (_, j) => (i * 7 + j * (3 + i)) % 64);
    return { id: `text ${i}`, tokens, trained: tokens.map(() => 1 as const) };
  });
}

/** A training of the tiny model below a folder of its own: 4 steps an epoch, quick ones. */
export function tinyRequest(
  folder: string,
  change: Partial<TrainingRequest> = {},
): TrainingRequest & { readonly model: { readonly path: string } } {
  return {
    method: {
      kind: 'lora',
      ...{ rank: 4, alpha: 8, rankStabilized: false, dora: false, dropout: 0 },
      ...{ targets: ['all-linear'], plusRatio: 1 },
    },
    ...{ train: tinyTexts(16, 24), evaluation: tinyTexts(4, 12) },
    ...{ epochs: 25, maxSteps: 0, maxLength: 32, packing: false, batch: 4, microBatch: 0 },
    ...{ learningRate: 0.01, schedule: 'cosine', warmup: 0.1, weightDecay: 0.01, clip: 1 },
    ...{ seed: 3, evaluateEvery: 10, patience: 0, checkpointEvery: 4, device: 'cpu' },
    ...{ checkpoints: `${folder}/checkpoints`, folder: `${folder}/result` },
    ...change,
    model: tinyModel,
  };
}
