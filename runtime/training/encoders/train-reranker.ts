import type { TextList } from '@graft/graph';
import { rowsOfStep } from '../data/epoch.ts';
import type { Executor } from '../ir/executor.ts';
import { CheckpointStore, type Checkpoint } from '../loop/checkpoint-store.ts';
import type { BatchLoss } from '../loop/gradient-step.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import { TrainingSteps, type Objective } from '../loop/training-steps.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import { encoderOptimizer, gradientOf, startOf, stepCounts } from './encoder-steps.ts';
import { chooseListShapes, ListPrograms, listMemory } from './list-programs.ts';
import { checkLists, defineReranker, type RerankerRequest } from './reranker-request.ts';
import { newHead } from './score-head.ts';

export interface RerankerTraining {
  readonly model: EncoderModel;
  /** sha256 of the model's weights. */
  readonly modelDigest: string;
  readonly executor: Executor;
  readonly request: RerankerRequest;
  /** Bytes that the process may take. */
  readonly memory: number;
  readonly hooks: LoopHooks;
}

/**
 * Trains an encoder with a new head to score a question and a passage together, by lists of one wanted passage and
 * others. Goes on from the checkpoint that it finds: the same request gives the same numbers, interrupted or not.
 */
export async function trainReranker(training: RerankerTraining): Promise<LoopResult> {
  const { model, modelDigest, executor, request, hooks } = training;
  checkLists(request, model.config.context);
  const store = new CheckpointStore(
    request.checkpoints,
    defineReranker(request, { ...model, digest: modelDigest }),
    hooks.log,
  );
  await store.open();
  const checkpoint = await store.load();
  const shapes = await shapesFor(training, checkpoint);
  hooks.signal.throwIfAborted();
  await using programs = new ListPrograms({ model, executor, request, shapes });
  const { trainable } = programs;
  // A head that knows nothing.
  const head = newHead(model.config, request.seed);
  const parameters = await startOf(model, trainable, { ...request, made: head });
  const optimizer = encoderOptimizer(parameters, trainable, request);
  const made = new TrainingSteps({
    plan: { request, ...stepCounts(request) },
    objective: listObjective(programs, request, { parameters, signal: hooks.signal }),
    ...{ parameters, optimizer, store, hooks, shapes },
  });
  await made.run(checkpoint);
  return { ...(await made.result()), trainable };
}

async function shapesFor(
  { model, request, memory, hooks }: RerankerTraining,
  checkpoint: Checkpoint | undefined,
): Promise<RunShapes> {
  if (checkpoint !== undefined) {
    const needed = listMemory(model, request, checkpoint.shapes);
    if (needed <= memory) {
      await hooks.planned?.(needed);
      return checkpoint.shapes;
    }
    hooks.log(
      'warning',
      `Goes on with other batches than those of ${String(checkpoint.shapes.size)} lists that it began with, which do not fit any more: sums are rounded otherwise from here.`,
    );
  }
  const chosen = chooseListShapes(model, request, memory);
  await hooks.planned?.(chosen.memory);
  return chosen.shapes;
}

interface ListSetting {
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
}

function listObjective(
  programs: ListPrograms,
  { train, evaluation, ...request }: RerankerRequest,
  setting: ListSetting,
): Objective {
  const all = async (
    kind: 'training' | 'evaluation',
    lists: readonly TextList[],
    gradients?: Map<string, Float32Array>,
  ): Promise<BatchLoss> => {
    const count = lists.length;
    let [loss, right] = [0, 0];
    for (const batch of programs.batches(lists)) {
      const results = await programs.run(kind, batch, { ...setting, count });
      loss += results['loss']?.[0] ?? NaN;
      const correct = [...(results['correct'] ?? [])].slice(0, batch.lists.length);
      right += correct.reduce((sum, one) => sum + one, 0);
      for (const name of gradients === undefined ? [] : setting.parameters.keys()) {
        add(gradients, name, gradientOf(results, name));
      }
    }
    const tokens = lists.flat().reduce((sum, text) => sum + text.ids.length, 0);
    return { loss, accuracy: right / count, tokens };
  };
  return {
    prepare: () => programs.prepare(),
    async step(step) {
      const gradients = new Map<string, Float32Array>();
      const loss = await all('training', rowsOfStep(train, step, request), gradients);
      return { ...loss, gradients };
    },
    ...(evaluation.length > 0 && { evaluate: () => all('evaluation', evaluation) }),
  };
}

function add(
  sums: Map<string, Float32Array> | undefined,
  name: string,
  gradient: Float32Array,
): void {
  const sum = sums?.get(name);
  if (sum === undefined) {
    sums?.set(name, gradient);
    return;
  }
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (gradient[i] ?? NaN);
}
