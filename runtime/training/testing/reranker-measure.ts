import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { gradientName } from '../architectures/training-program.ts';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import type { EncoderModel } from '../encoders/encoder-model.ts';
import { buildListProgram, listFeeds } from '../encoders/list-program.ts';
import { headShapes } from '../encoders/score-head.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { requireWeight, type Executor, type Feeds } from '../ir/executor.ts';
import { AdamW, clipFactor, gradientNorm } from '../optimizer/adamw.ts';
import { rateAt } from '../optimizer/schedule.ts';
import { fixture } from './golden.ts';
import { difference, largest } from './measure.ts';

const numbers = z.array(z.number());
const count = z.number().int();
const goldenSchema = z.object({
  shape: z.object({ lists: count, candidates: count, length: count }),
  batches: z.array(
    z.array(
      z.array(
        z.object({ tokens: numbers, question: count }).transform(({ tokens, question }) => ({
          ids: tokens,
          segments: tokens.map((_, at) => (at < question ? 0 : 1)),
        })),
      ),
    ),
  ),
  fullLosses: numbers,
  loraLosses: numbers,
  /** Of Python's onnxruntime on `model.onnx`. */
  onnxScores: numbers.optional(),
});
export type RerankerGolden = z.infer<typeof goldenSchema>;

/** Encoders with a head that have fixtures, made by make_rerankers.py, and how they were trained. */
const cases = {
  reranker: {
    lora: { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] },
    rates: { full: 2e-3, lora: 1e-2 },
  },
  'reranker-minilm': {
    lora: { rank: 2, alpha: 4, rankStabilized: false, targets: ['query', 'value'] },
    rates: { full: 1e-5, lora: 1e-3 },
  },
} as const;
export type RerankerCase = keyof typeof cases;
export type RerankerMethod = 'full' | 'lora';

export async function readRerankerGolden(name: RerankerCase): Promise<RerankerGolden> {
  return goldenSchema.parse(JSON.parse(await readFile(fixture(name, 'golden.json'), 'utf8')));
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** A scorer's fixtures opened for comparison with an executor; every method gives the largest difference. */
export class RerankerGoldenCase {
  readonly #name: RerankerCase;
  readonly #model: EncoderModel;
  readonly #golden: RerankerGolden;
  readonly #tensors: Tensors;
  readonly #parameters: Readonly<Record<RerankerMethod, Tensors>>;

  private constructor(given: {
    name: RerankerCase;
    model: EncoderModel;
    golden: RerankerGolden;
    tensors: Tensors;
    parameters: Readonly<Record<RerankerMethod, Tensors>>;
  }) {
    this.#name = given.name;
    this.#model = given.model;
    this.#golden = given.golden;
    this.#tensors = given.tensors;
    this.#parameters = given.parameters;
  }

  static async open(name: RerankerCase, model: EncoderModel): Promise<RerankerGoldenCase> {
    const tensors = new Map<string, Float32Array>();
    for (const [key, entry] of (await readSafetensors(fixture(name, 'golden.safetensors')))
      .tensors) {
      // Places are whole numbers, which the same bytes hold as floats would.
      const read = await loadWeight(sourceOf({ ...entry, encoding: 'f32' }), entry.shape);
      tensors.set(key, read);
    }
    const full = new Map<string, Float32Array>();
    for (const [key, shape] of encoderWeightShapes(model.config)) {
      full.set(key, await loadWeight(requireWeight(model.weights, key), shape));
    }
    const lora = new Map<string, Float32Array>();
    for (const [key, data] of tensors) {
      if (key.startsWith('factor:')) lora.set(key.slice('factor:'.length), data);
    }
    for (const key of headShapes(model.config).keys()) {
      const data = tensors.get(`head:${key}`) ?? new Float32Array();
      full.set(key, data);
      lora.set(key, data);
    }
    const golden = await readRerankerGolden(name);
    return new RerankerGoldenCase({ name, model, golden, tensors, parameters: { full, lora } });
  }

  /** All weights, the head's among them. */
  get weights(): Tensors {
    return this.#parameters.full;
  }

  get scores(): Float32Array | undefined {
    return this.#tensors.get('scores');
  }

  /** Of the scores of the first batch. */
  async outputs(executor: Executor, method: RerankerMethod): Promise<number> {
    const { lora } = cases[this.#name];
    const trained = method === 'full' ? { full: true } : { lora };
    const options = { ...this.#golden.shape, ...trained };
    const { program } = buildListProgram(this.#model.config, options, 'evaluation');
    await using executable = await executor.compile(program, this.#model.weights);
    const { scores } = await executable.run(this.#feeds(0, this.#parameters[method]));
    return difference(scores, this.#tensors.get(method === 'full' ? 'scores' : 'adapted scores'));
  }

  /** Relative to the largest number of each gradient, or to a thousandth of the largest of all. */
  async gradients(
    executor: Executor,
    method: RerankerMethod,
    checkpoint: boolean,
  ): Promise<number> {
    await using executable = await executor.compile(
      this.#program(method, checkpoint),
      this.#model.weights,
    );
    const results = await executable.run(this.#feeds(0, this.#parameters[method]));
    const kind = method === 'full' ? '' : 'lora ';
    const compared = [...this.#parameters[method].keys()].map((name) => {
      const ours = results[gradientName(name)];
      const bytes = this.#tensors.get(`${kind}places:${name}`);
      const places =
        bytes === undefined
          ? undefined
          : new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length);
      const theirs = this.#tensors.get(
        `${kind}${places === undefined ? 'gradient' : 'sample'}:${name}`,
      );
      const kept =
        places === undefined ? ours : Float32Array.from(places, (place) => ours?.[place] ?? NaN);
      return { difference: difference(kept, theirs), size: largest(theirs ?? []) };
    });
    const least = 1e-3 * largest(compared.map(({ size }) => size));
    return largest(compared.map((one) => one.difference / Math.max(one.size, least)));
  }

  /** Over 20 steps of AdamW with clipping, warm-up and cosine. */
  async losses(executor: Executor, method: RerankerMethod): Promise<number> {
    await using executable = await executor.compile(this.#program(method), this.#model.weights);
    const parameters = new Map(
      [...this.#parameters[method]].map(([name, data]) => [name, data.slice()]),
    );
    const optimizer = new AdamW(parameters, { weightDecay: 0.1 });
    const rate = cases[this.#name].rates[method];
    const differences: number[] = [];
    for (const [step, theirs] of this.#golden[`${method}Losses`].entries()) {
      const results = await executable.run(this.#feeds(step, parameters));
      differences.push((results['loss']?.[0] ?? NaN) - theirs);
      const gradients = new Map(
        [...parameters.keys()].map((name) => [
          name,
          results[gradientName(name)] ?? new Float32Array(),
        ]),
      );
      const schedule = { kind: 'cosine', rate, warmup: 5, steps: 20 } as const;
      optimizer.update(gradients, rateAt(schedule, step), clipFactor(gradientNorm(gradients), 1));
    }
    return largest(differences);
  }

  #program(method: RerankerMethod, checkpoint = false) {
    const { lora } = cases[this.#name];
    const trained = method === 'full' ? { full: true } : { lora };
    return buildListProgram(this.#model.config, { ...this.#golden.shape, ...trained, checkpoint })
      .program;
  }

  #feeds(step: number, parameters: Tensors): Feeds {
    const { batches, shape } = this.#golden;
    const batch = batches[step % batches.length] ?? [];
    return { ...listFeeds(batch, shape, 1 / batch.length), ...Object.fromEntries(parameters) };
  }
}
