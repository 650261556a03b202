import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MetricRow, TrainingExample } from '@graft/graph';
import { z } from 'zod';
import type { Adapter, AdapterModule } from '../adapters/adapter.ts';
import { writeGgufAdapter } from '../adapters/gguf-adapter.ts';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { factorNames, targetModules } from '../architectures/lora-spec.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { initialParameters } from '../loop/initial-parameters.ts';
import { languageTask } from '../loop/language-task.ts';
import { runTraining } from '../loop/training-loop.ts';
import {
  planTraining,
  trainableShapes,
  type LoopRequest,
  type TrainingPlan,
} from '../loop/training-plan.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { rateAt } from '../optimizer/schedule.ts';
import { fixture } from './golden.ts';
import { ours, widened, type Answers, type LlamaCpp } from './llama-cpp.ts';
import { largest } from './measure.ts';
import { realModel, type RealMeasure } from './real-model.ts';

const rowSchema = z.object({
  tokens: z.array(z.int()),
  trained: z.array(z.union([z.literal(0), z.literal(1)])),
});
const rowsSchema = z.object({ train: z.array(rowSchema), heldOut: z.array(rowSchema) });
/** Of each token the likeliest next ones, and their log-probabilities. */
const answersSchema = z.array(z.array(z.tuple([z.int(), z.number()])));
const goldenSchema = z.object({
  losses: z.array(z.number()),
  norms: z.array(z.number()),
  base: z.array(answersSchema),
  adapted: z.array(answersSchema),
});
export type RealRows = z.infer<typeof rowsSchema>;
type Golden = z.infer<typeof goldenSchema>;

const method = {
  ...{ kind: 'lora', rank: 8, alpha: 16, rankStabilized: false, dora: false, dropout: 0 },
  ...{ targets: ['all-linear'], plusRatio: 1 },
} as const satisfies LoopRequest['method'];

/** Where the weights lie, downloaded if they are not here; undefined, with the reason printed, where nobody has them. */
export async function realWeights(): Promise<string | undefined> {
  const program = fileURLToPath(new URL('../../backends/testing/fetch-gemma.ts', import.meta.url));
  try {
    return (await promisify(execFile)(process.execPath, ['--import', 'tsx', program])).stdout;
  } catch (error) {
    console.warn(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** The settings of `train-lora`, but for its epochs and its batch. */
function requestOf({ train }: RealRows, checkpoints: string): LoopRequest {
  return {
    ...{ method, train: train.map(exampleOf), evaluation: [], epochs: 1, maxSteps: 0 },
    ...{ maxLength: 64, packing: false, batch: 4, microBatch: 0, learningRate: 2e-4 },
    ...{ schedule: 'cosine', warmup: 0.1, weightDecay: 0, clip: 1, seed: 1, evaluateEvery: 0 },
    ...{ patience: 0, checkpointEvery: 1000, device: 'cpu', checkpoints },
  };
}

const exampleOf = (
  { tokens, trained }: RealRows['train'][number],
  at: number,
): TrainingExample => ({
  ...{ id: String(at), tokens, trained },
});

/** The real model beside its fixtures. */
class RealCase {
  readonly base: BaseModel;
  readonly rows: RealRows;
  readonly golden: Golden;

  private constructor(base: BaseModel, rows: RealRows, golden: Golden) {
    this.base = base;
    this.rows = rows;
    this.golden = golden;
  }

  static async open(file: string): Promise<RealCase> {
    const golden = JSON.parse(await readFile(fixture(realModel.id, 'golden.json'), 'utf8'));
    return new RealCase(await openBaseModel(file), await realRows(), goldenSchema.parse(golden));
  }

  /** Trains on the rows as Graft does. */
  async train(folder: string): Promise<{ readonly adapter: Adapter; readonly rows: MetricRow[] }> {
    const rows: MetricRow[] = [];
    const request = requestOf(this.rows, path.join(folder, 'checkpoints'));
    const nothing = (): void => undefined;
    const task = languageTask({
      ...{ base: this.base, baseDigest: realModel.id, request, enough: 6e9, log: nothing },
    });
    const { parameters } = await runTraining(task, {
      executor: await onnxExecutor({ device: 'cpu', threads: 2, scratchFolder: folder }),
      memory: 6e9,
      hooks: {
        signal: new AbortController().signal,
        metrics: (row) => rows.push(row),
        log: nothing,
        progress: nothing,
      },
    });
    return { adapter: adapterOf(this.base, parameters), rows };
  }

  /** Largest relative difference of a curve from PEFT's, over all steps; NaN where one has other steps. */
  curve(rows: readonly MetricRow[], name: 'loss' | 'norm'): number {
    const theirs = name === 'loss' ? this.golden.losses : this.golden.norms;
    const ours = rows.filter(({ series }) => series === 'train');
    if (ours.length !== theirs.length) return NaN;
    return largest(
      theirs.map((value, at) => Math.abs((ours[at]?.values[name] ?? NaN) / value - 1)),
    );
  }
}

/** Largest differences from transformers and PEFT. */
export interface RealFigures extends Readonly<Record<RealMeasure, number>> {
  /** The mean loss of the first five steps, and of the last five. */
  readonly firstLoss: number;
  readonly lastLoss: number;
}

/** Trains on the real weights, and compares every step, and what comes of it, with the fixtures. Writes into `folder`. */
export async function measureReal(
  file: string,
  { folder, llama }: { readonly folder: string; readonly llama: LlamaCpp },
): Promise<RealFigures> {
  await mkdir(path.join(folder, 'checkpoints'), { recursive: true });
  const real = await RealCase.open(file);
  const { base, golden, rows } = real;
  const { adapter, rows: metrics } = await real.train(folder);
  const losses = metrics.flatMap(({ series, values }) =>
    series === 'train' ? [values['loss'] ?? NaN] : [],
  );
  const curves = { loss: real.curve(metrics, 'loss'), norm: real.curve(metrics, 'norm') };
  console.info(JSON.stringify({ ...curves, losses }));
  const added = path.join(folder, 'adapter.gguf');
  await writeGgufAdapter(added, adapter, base.config);
  const wide = await widened(file);
  let figures = { base: 0, adapted: 0, llamaCpp: 0 };
  for (const [at, { tokens }] of rows.heldOut.entries()) {
    const [plain = [], adapted = []] = [golden.base[at], golden.adapted[at]];
    const own = await ours(base, tokens);
    const trained = await ours(base, tokens, { adapter, lora: method });
    const theirs = await llama.answers(wide, tokens, { lora: added });
    figures = {
      base: Math.max(figures.base, answersDiffer(own, plain)),
      adapted: Math.max(figures.adapted, answersDiffer(trained, adapted)),
      llamaCpp: Math.max(figures.llamaCpp, answersDiffer(theirs, adapted)),
    };
  }
  return {
    ...figures,
    ...curves,
    firstLoss: mean(losses.slice(0, 5)),
    lastLoss: mean(losses.slice(-5)),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export async function realRows(): Promise<RealRows> {
  return rowsSchema.parse(JSON.parse(await readFile(fixture(realModel.id, 'rows.json'), 'utf8')));
}

/** Largest difference of log-probabilities of the tokens that are recorded as likeliest. */
function answersDiffer(
  ours: Answers,
  theirs: readonly (readonly (readonly [id: number, log: number])[])[],
): number {
  if (ours.length !== theirs.length) return NaN;
  return largest(
    theirs.flatMap((likely, at) =>
      likely.map(([id, log]) => Math.abs((ours[at]?.[id] ?? NaN) - log)),
    ),
  );
}

/** What a training begins with, for PEFT to begin with the same: factors, rows of each step, and rates. */
export async function realStart(file: string): Promise<{
  readonly adapter: Adapter;
  readonly steps: readonly (readonly number[])[];
  readonly rates: readonly number[];
}> {
  const base = await openBaseModel(file);
  const request = requestOf(await realRows(), '');
  const plan = planTraining(base, request);
  const { schedule: kind, learningRate: rate } = request;
  const schedule = { kind, rate, warmup: plan.warmup, steps: plan.steps };
  const trainable = trainableShapes(base, request);
  const parameters = await initialParameters({ weights: base.weights }, trainable, request);
  return {
    adapter: adapterOf(base, parameters),
    steps: Array.from({ length: plan.steps }, (_, step) => rowsAt(plan, step)),
    rates: Array.from({ length: plan.steps }, (_, step) => rateAt(schedule, step)),
  };
}

function rowsAt({ train, request }: TrainingPlan, step: number): number[] {
  return rowsOfStep(train.rows, step, request).flatMap(({ examples }) => examples);
}

function adapterOf(base: BaseModel, parameters: ReadonlyMap<string, Float32Array>): Adapter {
  const { rank, alpha, rankStabilized } = method;
  const modules = targetModules(base.config, method).map(({ path: name, inputs, outputs }) => {
    const [a, b] = factorNames(name).map((factor) => parameters.get(factor));
    if (a === undefined || b === undefined) throw new Error(`no ${name}`);
    return [name, { inputs, outputs, rank, alpha, a, b }] satisfies [string, AdapterModule];
  });
  return { rankStabilized, base: undefined, modules: new Map(modules) };
}
