import { setImmediate } from 'node:timers/promises';
import type { Feeds, Executable, Results } from '../ir/executor.ts';
import type { BatchLoss } from '../loop/gradient-step.ts';
import type { Objective } from '../loop/training-steps.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import { gradientOf } from './encoder-steps.ts';
import {
  evaluationBatches,
  firstBatches,
  trainingBatch,
  type PairBatch,
  type PairData,
} from './pair-batches.ts';
import type { PairWeights } from './pair-places.ts';

/** What computes a batch of pairs, whatever a text is to it: its tokens, or the place of its vector. */
export interface PairComputing<Text> {
  /** The program that a batch runs in, compiled when first asked for. */
  compiled(kind: 'training' | 'evaluation', batch: PairBatch<Text>): Promise<Executable>;
  /** What that reads, but for what is trained. */
  feeds(batch: PairBatch<Text>, weights: PairWeights): Feeds;
  /** Absent where no text is read. */
  readonly tokensOf?: (batch: PairBatch<Text>) => number;
}

/** MultipleNegativesRanking over the batches of a training: its loss and gradients, and those of its evaluation. */
export function pairObjective<Text>(
  computing: PairComputing<Text>,
  data: PairData<Text>,
  setting: { readonly parameters: Parameters; readonly signal: AbortSignal },
): Objective {
  const evaluated = evaluationBatches(data);
  const run = async (
    kind: 'training' | 'evaluation',
    batch: PairBatch<Text>,
    count: number,
  ): Promise<{ readonly results: Results; readonly loss: BatchLoss }> => {
    // A run blocks the thread; between two of them a cancellation can be heard.
    await setImmediate();
    setting.signal.throwIfAborted();
    const executable = await computing.compiled(kind, batch);
    const feeds = computing.feeds(batch, { weight: 1 / count, counted: batch.counted });
    const results = await executable.run({ ...feeds, ...Object.fromEntries(setting.parameters) });
    const correct = [...(results['correct'] ?? [])].slice(0, batch.counted);
    const loss = {
      loss: results['loss']?.[0] ?? NaN,
      accuracy: correct.reduce((sum, one) => sum + one, 0) / count,
    };
    const tokens = computing.tokensOf?.(batch);
    return { results, loss: tokens === undefined ? loss : { ...loss, tokens } };
  };
  return {
    async prepare() {
      for (const batch of firstBatches(data)) await computing.compiled('training', batch);
      for (const batch of evaluated) await computing.compiled('evaluation', batch);
    },
    async step(step) {
      const batch = trainingBatch(data, step);
      const { results, loss } = await run('training', batch, batch.counted);
      const gradients = new Map(
        [...setting.parameters.keys()].map((name) => [name, gradientOf(results, name)]),
      );
      return { ...loss, gradients };
    },
    ...(evaluated.length > 0 && {
      async evaluate() {
        const sum = { loss: 0, accuracy: 0 };
        for (const batch of evaluated) {
          const { loss } = await run('evaluation', batch, data.evaluation.length);
          sum.loss += loss.loss;
          sum.accuracy += loss.accuracy;
        }
        return sum;
      },
    }),
  };
}
