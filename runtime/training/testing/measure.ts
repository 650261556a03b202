import { openBaseModel } from '../architectures/base-model.ts';
import { dropoutFeeds } from '../architectures/dropout.ts';
import { loraPlusFactor } from '../architectures/lora-spec.ts';
import {
  buildEvaluationProgram,
  buildTrainingProgram,
  gradientName,
} from '../architectures/training-program.ts';
import type { Executor } from '../ir/executor.ts';
import { AdamW, clipFactor, gradientNorm } from '../optimizer/adamw.ts';
import { rateAt } from '../optimizer/schedule.ts';
import {
  batchFeeds,
  caseSettings,
  fixture,
  goldenShape,
  readGolden,
  readTensors,
  type Case,
  type Golden,
} from './golden.ts';

export function largest(xs: Iterable<number>): number {
  let most = 0;
  for (const x of xs) most = Number.isNaN(x) ? NaN : Math.max(most, Math.abs(x));
  return most;
}

/** A number to one digit, rounded up; anything else as it is. */
export function roundedUp(value: unknown): unknown {
  if (typeof value !== 'number' || value === 0) return value;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Number((Math.ceil(value / unit) * unit).toPrecision(1));
}

/** Largest absolute difference; NaN when sizes differ. */
export function difference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || a.length !== b?.length) return NaN;
  return largest(a.map((x, i) => x - (b[i] ?? NaN)));
}

/** One case's fixtures opened for comparison with an executor; every method gives the largest difference. */
export class GoldenCase {
  readonly #settings: ReturnType<typeof caseSettings>;
  readonly #base;
  readonly #golden: Golden;
  readonly #expected: ReadonlyMap<string, Float32Array>;
  /** The adapter's factors under the names of program inputs. */
  readonly #adapter: ReadonlyMap<string, Float32Array>;

  private constructor(given: {
    settings: ReturnType<typeof caseSettings>;
    base: Awaited<ReturnType<typeof openBaseModel>>;
    golden: Golden;
    expected: ReadonlyMap<string, Float32Array>;
    adapter: ReadonlyMap<string, Float32Array>;
  }) {
    this.#settings = given.settings;
    this.#base = given.base;
    this.#golden = given.golden;
    this.#expected = given.expected;
    this.#adapter = given.adapter;
  }

  static async open(name: Case): Promise<GoldenCase> {
    const settings = caseSettings(name);
    const saved = await readTensors(fixture(name, 'adapter', 'adapter_model.safetensors'));
    return new GoldenCase({
      settings,
      base: await openBaseModel(fixture(settings.family)),
      golden: await readGolden(name),
      expected: await readTensors(fixture(name, 'golden.safetensors')),
      adapter: new Map(
        [...saved].map(([name, data]) => [name.replace('base_model.model.', ''), data]),
      ),
    });
  }

  async baseLogits(executor: Executor): Promise<number> {
    const program = buildEvaluationProgram(this.#base, goldenShape);
    await using executable = await executor.compile(program, this.#base.weights);
    return difference(
      (await executable.run(this.#feeds(0)))['logits'],
      this.#expected.get('base logits'),
    );
  }

  async adaptedLogits(executor: Executor): Promise<number> {
    const { lora } = this.#settings;
    const program = buildEvaluationProgram(this.#base, { ...goldenShape, lora });
    await using executable = await executor.compile(program, this.#base.weights);
    const results = await executable.run({
      ...this.#feeds(0),
      ...Object.fromEntries(this.#adapter),
    });
    return difference(results['logits'], this.#expected.get('logits'));
  }

  /** Relative to the largest number of each gradient. */
  async gradients(executor: Executor, checkpoint: boolean): Promise<number> {
    const { lora } = this.#settings;
    const { program } = buildTrainingProgram(this.#base, { ...goldenShape, lora, checkpoint });
    await using executable = await executor.compile(program, this.#base.weights);
    const results = await executable.run({
      ...this.#feeds(0),
      ...Object.fromEntries(this.#adapter),
    });
    return largest(
      [...this.#adapter.keys()].map((name) => {
        const theirs = this.#expected.get(`gradient:${name}`);
        return difference(results[gradientName(name)], theirs) / largest(theirs ?? []);
      }),
    );
  }

  /** Over 20 steps of AdamW with clipping, warm-up and cosine. */
  async losses(executor: Executor): Promise<number> {
    const { lora, ratio } = this.#settings;
    const { program } = buildTrainingProgram(this.#base, { ...goldenShape, lora });
    await using executable = await executor.compile(program, this.#base.weights);
    const parameters = new Map([...this.#adapter].map(([name, data]) => [name, data.slice()]));
    const optimizer = new AdamW(parameters, {
      weightDecay: 0.1,
      rateFactor: loraPlusFactor(ratio),
    });
    const differences: number[] = [];
    for (const [step, theirs] of this.#golden.losses.entries()) {
      const results = await executable.run({
        ...this.#feeds(step),
        ...Object.fromEntries(parameters),
      });
      differences.push((results['loss']?.[0] ?? NaN) - theirs);
      const gradients = new Map(
        [...parameters.keys()].map((name) => [
          name,
          results[gradientName(name)] ?? new Float32Array(),
        ]),
      );
      const schedule = { kind: 'cosine', rate: 1e-2, warmup: 5, steps: 20 } as const;
      optimizer.update(gradients, rateAt(schedule, step), clipFactor(gradientNorm(gradients), 1));
    }
    return largest(differences);
  }

  #feeds(step: number) {
    const batch = this.#golden.batches[step % this.#golden.batches.length];
    if (batch === undefined) throw new Error('the fixture has no batch');
    const { lora } = this.#settings;
    return {
      ...batchFeeds(batch),
      ...dropoutFeeds(this.#base.config, { ...goldenShape, lora }, step),
    };
  }
}
