import type { Training, TrainingExample } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { openBaseModel } from '../architectures/base-model.ts';
import type { ForwardOptions } from '../architectures/forward.ts';
import { estimateEvaluationMemory, runtimeMemory } from '../architectures/training-memory.ts';
import { buildLossProgram } from '../architectures/training-program.ts';
import { chooseBuckets, headPlaces } from '../data/buckets.ts';
import { feedsOf, microBatches } from '../data/micro-batch.ts';
import { prepareExamples } from '../data/prepared-example.ts';
import { layOutRows } from '../data/rows.ts';
import type { Executable } from '../ir/executor.ts';
import { openExecutor } from './open-executor.ts';
import type { LoopHooks } from '../loop/training-loop.ts';
import { programShapes } from '../loop/training-plan.ts';
import { adapterFeeds } from './adapter-feeds.ts';
import type { JobSetting } from './training-job.ts';

export interface EvaluationJob extends JobSetting {
  readonly adapters: Parameters<Training['evaluate']>[0]['adapters'];
  readonly examples: readonly TrainingExample[];
  readonly device: string;
}

/** Sum of the negative log-likelihoods of an example's trained tokens, and their number. */
export interface ExampleLoss {
  readonly loss: number;
  readonly tokens: number;
}

/** Most row lengths to compile. */
const mostBuckets = 4;

/** The loss of each example, in order, with the base and adapters. Blocks the thread for a row at a time. */
export async function runEvaluationJob(
  job: EvaluationJob,
  { signal, progress, planned }: Pick<LoopHooks, 'signal' | 'progress' | 'planned'>,
): Promise<ExampleLoss[]> {
  const base = await openBaseModel(job.model.path);
  const { context, vocabulary } = base.config;
  const losses = job.examples.map((): ExampleLoss => ({ loss: 0, tokens: 0 }));
  const counted = job.examples.flatMap((example, i) =>
    example.trained.some((flag, place) => place > 0 && flag === 1) ? [i] : [],
  );
  const examples = prepareExamples(
    counted.flatMap((i) => job.examples[i] ?? []),
    { maxLength: context, vocabulary },
  );
  const rows = layOutRows(examples, { packing: false, maxLength: context });
  const buckets = chooseBuckets(
    rows.map((row) => row.length),
    { most: mostBuckets, limit: context },
  );
  const { lora, feeds } = await adapterFeeds(base.config, job.adapters, signal);
  const places = headPlaces(rows, { size: 1, buckets });
  const optionsOf = (length: number): ForwardOptions => ({
    ...programShapes({ size: 1, recompute: false }, length, places),
    ...(lora === undefined ? {} : { lora }),
  });
  const added = Object.values(feeds).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const program = estimateEvaluationMemory(base, optionsOf(Math.max(1, ...buckets)));
  await planned?.(runtimeMemory + added + program);
  signal.throwIfAborted();
  const executor = await openExecutor(job);
  const batches = microBatches(rows, { size: 1, buckets, places });
  let compiled: { readonly length: number; readonly executable: Executable } | undefined;
  try {
    for (const [done, batch] of batches.entries()) {
      progress({ done, total: batches.length, unit: 'texts' });
      await setImmediate();
      signal.throwIfAborted();
      const { length } = batch;
      // Longest first: a finished length does not return.
      if (compiled?.length !== length) {
        await compiled?.executable[Symbol.asyncDispose]();
        compiled = undefined;
        const { program } = buildLossProgram(base, optionsOf(length));
        compiled = { length, executable: await executor.compile(program, base.weights) };
      }
      const results = await compiled.executable.run({ ...feedsOf(batch, examples, 1), ...feeds });
      const index = batch.rows[0]?.examples[0] ?? 0;
      const tokens = examples[index]?.trained ?? 0;
      losses[counted[index] ?? 0] = { loss: results['loss']?.[0] ?? NaN, tokens };
    }
  } finally {
    await compiled?.executable[Symbol.asyncDispose]();
  }
  progress({ done: batches.length, total: batches.length, unit: 'texts' });
  return losses;
}
