import type { TrainingHooks } from '@graft/graph';
import type { Executor, WeightLookup } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { AdamW, type AdamWOptions } from '../optimizer/adamw.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { gigabytes, type ChosenShapes } from './fitting.ts';
import type { RunShapes } from './loop-state.ts';
import { Computation, type Objective } from './objective.ts';
import type { RunDefinition } from './run-definition.ts';
import type { StepPlan, StepRequest } from './step-plan.ts';
import { TrainingSteps, type StepResult } from './training-steps.ts';

/** What the loop needs to know of a training: model, parameters, objective. */
export interface TrainingTask<Sizes> {
  readonly plan: StepPlan & { readonly request: StepRequest };
  readonly run: RunDefinition;
  /** The model's frozen weights. */
  readonly weights?: WeightLookup;
  /** Initial parameters. */
  readonly parameters: (
    trainable: ReadonlyMap<string, Shape>,
  ) => Promise<Map<string, Float32Array>>;
  /** Default: matrices decay, biases and norms do not. */
  readonly optimizer?: Pick<AdamWOptions, 'rateFactor' | 'decays'>;
  readonly shapes: TaskShapes;
  readonly objective: (shapes: RunShapes) => Objective<Sizes>;
}

/** Possible divisions into programs: sums round differently in each. */
interface TaskShapes {
  /** The shapes for this much memory. Throws `out-of-memory`. */
  readonly choose: (memory: number) => ChosenShapes;
  /** Bytes of the process. */
  readonly memoryOf: (shapes: RunShapes) => number;
  /** Whether a resumed training keeps them if they fit; default: it does. */
  readonly keeps?: (shapes: RunShapes) => boolean;
  /** For the log. */
  readonly describe: (shapes: RunShapes) => string;
}

export interface LoopSetting {
  readonly executor: Executor;
  /** Memory limit of the process in bytes. */
  readonly memory: number;
  readonly hooks: LoopHooks;
}

export interface LoopHooks extends Omit<TrainingHooks, 'lease'> {
  /** Announces the bytes that it will take; waits until they are granted. */
  readonly planned?: (memory: number) => Promise<void> | void;
}

export interface LoopResult extends StepResult {
  readonly trainable: ReadonlyMap<string, Shape>;
}

/**
 * Trains until the last step, or until evaluations stop improving; resumes from a checkpoint. The same request gives
 * the same numbers on the same device, interrupted or not.
 */
export async function runTraining<Sizes>(
  task: TrainingTask<Sizes>,
  { executor, memory, hooks }: LoopSetting,
): Promise<LoopResult> {
  const { plan, run, weights } = task;
  const store = new CheckpointStore(plan.request.checkpoints, run, hooks.log);
  await store.open();
  const checkpoint = await store.load();
  const shapes = await shapesFor(task.shapes, checkpoint?.shapes, { memory, hooks });
  hooks.signal.throwIfAborted();
  const objective = task.objective(shapes);
  const trainable = trainableOf(objective);
  const parameters = await task.parameters(trainable);
  const optimizer = new AdamW(parameters, {
    weightDecay: plan.request.weightDecay,
    // Does not decay gains and biases, like other trainers.
    decays: (name) => (trainable.get(name)?.length ?? 0) > 1,
    ...task.optimizer,
  });
  const setting = { executor, weights, parameters, signal: hooks.signal };
  await using computation = new Computation(objective, setting);
  const steps = new TrainingSteps({
    ...{ plan, computation, parameters, optimizer, shapes, store, hooks },
  });
  await steps.run(checkpoint);
  return { ...(await steps.result()), trainable };
}

/** Trainable tensors by name, in the order of checkpoints. */
function trainableOf<Sizes>({ sizes, build }: Objective<Sizes>): ReadonlyMap<string, Shape> {
  const [any] = sizes.map((each) => build('evaluation', each).trainable);
  return any ?? new Map();
}

async function shapesFor(
  { choose, memoryOf, keeps = () => true, describe }: TaskShapes,
  before: RunShapes | undefined,
  { memory, hooks }: Omit<LoopSetting, 'executor'>,
): Promise<RunShapes> {
  const known = before && { shapes: before, memory: memoryOf(before) };
  const fits = known !== undefined && known.memory <= memory;
  const kept = fits && keeps(known.shapes) ? known : undefined;
  if (known !== undefined && kept === undefined) {
    const reason = fits ? 'as requested' : 'which no longer fit into memory';
    hooks.log(
      'warning',
      `Continues with other programs than before, ${reason}. From here, sums round differently.`,
    );
  }
  const { shapes, memory: needed } = kept ?? choose(memory);
  await hooks.planned?.(needed);
  const recomputed = shapes.recompute ? ', with layers recomputed in the backward pass to fit' : '';
  hooks.log('info', `${describe(shapes)}; about ${gigabytes(needed)}${recomputed}.`);
  return shapes;
}
