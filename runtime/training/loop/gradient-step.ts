import { setImmediate } from 'node:timers/promises';
import { gradientName } from '../architectures/training-program.ts';
import type { MicroBatch } from '../data/micro-batch.ts';
import { feedsOf } from '../data/micro-batch.ts';
import type { PreparedExample } from '../data/prepared-example.ts';
import type { Feeds, Results } from '../ir/executor.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import { seedFor } from '../optimizer/random.ts';
import type { Programs } from './programs.ts';

/** What several micro-batches give together. */
export interface BatchLoss {
  /** Mean negative log-likelihood of the trained tokens. */
  readonly loss: number;
  /** Share of the trained tokens that were the most likely ones. */
  readonly accuracy: number;
  /** Tokens fed, padding left out; absent where none are. */
  readonly tokens?: number;
}

export interface BatchSetting {
  readonly programs: Programs;
  readonly examples: readonly PreparedExample[];
  readonly parameters: Parameters;
  /** Of dropout. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Loss and gradients of one optimizer step, summed over its micro-batches in a fixed order. Dropout depends on the seed,
 * the step and the micro-batch alone, so that a resumed run drops the same.
 */
export async function gradientStep(
  batches: readonly MicroBatch[],
  setting: BatchSetting,
  step: number,
): Promise<BatchLoss & { readonly gradients: Parameters }> {
  const gradients = new Map<string, Float32Array>();
  const result = await forEachBatch(batches, setting, async (batch, feeds) => {
    const executable = await setting.programs.training(batch.length);
    const seed = seedFor(`dropout ${step} ${batches.indexOf(batch)}`, setting.seed);
    const results = await executable.run({ ...feeds, ...setting.programs.dropout(batch, seed) });
    for (const name of setting.parameters.keys()) {
      const gradient = results[gradientName(name)] ?? new Float32Array();
      const sum = gradients.get(name);
      if (sum === undefined) gradients.set(name, gradient);
      else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (gradient[i] ?? NaN);
    }
    return results;
  });
  return { ...result, gradients };
}

/** Loss without gradients. */
export function evaluationLoss(
  batches: readonly MicroBatch[],
  setting: BatchSetting,
): Promise<BatchLoss> {
  return forEachBatch(batches, setting, async (batch, feeds) =>
    (await setting.programs.evaluation(batch.length)).run(feeds),
  );
}

async function forEachBatch(
  batches: readonly MicroBatch[],
  { examples, parameters, signal }: BatchSetting,
  run: (batch: MicroBatch, feeds: Feeds) => Promise<Results>,
): Promise<BatchLoss> {
  const divisor = batches.reduce((sum, { rows }) => sum + trainedTokens(rows), 0);
  const trained = Object.fromEntries(parameters);
  let loss = 0;
  let right = 0;
  for (const batch of batches) {
    // A run blocks the thread; between two of them a cancellation can be heard.
    await setImmediate();
    signal.throwIfAborted();
    const feeds = feedsOf(batch, examples, divisor);
    const results = await run(batch, { ...feeds, ...trained });
    loss += results['loss']?.[0] ?? NaN;
    const { correct = new Float32Array() } = results;
    const { weights = new Float32Array() } = feeds;
    for (let i = 0; i < correct.length; i++) {
      if ((weights[i] ?? 0) > 0) right += correct[i] ?? 0;
    }
  }
  return {
    loss,
    accuracy: right / divisor,
    tokens: batches.reduce((sum, { rows }) => sum + fedTokens(rows), 0),
  };
}

function trainedTokens(rows: MicroBatch['rows']): number {
  return rows.reduce((sum, row) => sum + row.trained, 0);
}

function fedTokens(rows: MicroBatch['rows']): number {
  return rows.reduce((sum, row) => sum + row.length, 0);
}
