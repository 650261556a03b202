import { gradientName } from '../architectures/training-program.ts';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import type { EncoderModel } from '../encoders/encoder-model.ts';
import { Encoder } from '../encoders/encoder.ts';
import { buildPairProgram, pairFeeds } from '../encoders/pair-program.ts';
import { passagesOf } from '../encoders/pair-batches.ts';
import { envelopeOf, evenRows, sortedLengths, type TextRows } from '../encoders/text-rows.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { Builder } from '../ir/builder.ts';
import { requireWeight, type Executor, type Feeds } from '../ir/executor.ts';
import { unitLength } from '../ir/layers.ts';
import { AdamW, clipFactor, gradientNorm } from '../optimizer/adamw.ts';
import { rateAt } from '../optimizer/schedule.ts';
import { fixture, readTensors } from './golden.ts';
import { difference, largest } from './measure.ts';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const numbers = z.array(z.number());
const rows = z.array(numbers);
const count = z.number().int();
const goldenSchema = z.object({
  shape: z.object({
    pairs: count,
    negatives: count,
  }),
  texts: z.object({ tokens: rows, mask: rows, types: rows }),
  batches: z.array(z.array(z.object({ question: numbers, passage: numbers, negatives: rows }))),
  fullLosses: numbers,
  loraLosses: numbers,
});
type EncoderGolden = z.infer<typeof goldenSchema>;

/** Encoders with fixtures, made by make_encoders.py, and how they were trained. */
export const encoderCases = {
  bert: {
    lora: { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] },
    rates: { full: 2e-3, lora: 1e-2 },
  },
  minilm: {
    lora: { rank: 2, alpha: 4, rankStabilized: false, targets: ['query', 'value'] },
    rates: { full: 1e-5, lora: 1e-3 },
  },
} as const;
export type EncoderCase = keyof typeof encoderCases;

export async function readEncoderGolden(name: EncoderCase): Promise<EncoderGolden> {
  return goldenSchema.parse(JSON.parse(await readFile(fixture(name, 'golden.json'), 'utf8')));
}

export type EncoderMethod = 'full' | 'lora';

type Tensors = ReadonlyMap<string, Float32Array>;

/** An encoder's fixtures opened for comparison with an executor; every method gives the largest difference. */
export class EncoderGoldenCase {
  readonly #name: EncoderCase;
  readonly #model: EncoderModel;
  readonly #golden: EncoderGolden;
  readonly #expected: Tensors;
  readonly #parameters: Readonly<Record<EncoderMethod, Tensors>>;
  /** Of sampled gradients, by name. */
  readonly #places: ReadonlyMap<string, Int32Array>;

  private constructor(given: {
    name: EncoderCase;
    model: EncoderModel;
    golden: EncoderGolden;
    expected: Tensors;
    parameters: Readonly<Record<EncoderMethod, Tensors>>;
    places: ReadonlyMap<string, Int32Array>;
  }) {
    this.#name = given.name;
    this.#model = given.model;
    this.#golden = given.golden;
    this.#expected = given.expected;
    this.#parameters = given.parameters;
    this.#places = given.places;
  }

  static async open(name: EncoderCase, model: EncoderModel): Promise<EncoderGoldenCase> {
    const file = await readSafetensors(fixture(name, 'golden.safetensors'));
    const places = new Map<string, Int32Array>();
    const expected = new Map<string, Float32Array>();
    for (const [key, entry] of file.tensors) {
      const [kind, of = ''] = key.split(':');
      if (kind === 'places') {
        // Whole numbers, which the same bytes hold as floats would.
        const bytes = await loadWeight(sourceOf({ ...entry, encoding: 'f32' }), entry.shape);
        places.set(of, new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length));
      } else {
        expected.set(key, await loadWeight(sourceOf(entry), entry.shape));
      }
    }
    const full = new Map<string, Float32Array>();
    for (const [key, shape] of encoderWeightShapes(model.config)) {
      full.set(key, await loadWeight(requireWeight(model.weights, key), shape));
    }
    const saved = await readTensors(fixture(name, 'adapter', 'adapter_model.safetensors'));
    const lora = new Map(
      [...saved].map(([key, data]) => [key.replace('base_model.model.', ''), data]),
    );
    return new EncoderGoldenCase({
      name,
      model,
      golden: await readEncoderGolden(name),
      expected,
      parameters: { full, lora },
      places,
    });
  }

  /** Of hidden states and of vectors, without the adapter. */
  async outputs(executor: Executor): Promise<number> {
    const results = await this.#encode(executor, {});
    return Math.max(
      difference(results['states'], this.#expected.get('states')),
      difference(results['vectors'], this.#expected.get('vectors')),
    );
  }

  async adaptedOutputs(executor: Executor): Promise<number> {
    const { lora } = encoderCases[this.#name];
    const results = await this.#encode(executor, { lora });
    return difference(results['vectors'], this.#expected.get('adapted vectors'));
  }

  /**
   * Relative to the largest number of each gradient, or to a thousandth of the largest of all: a key's bias moves all
   * scores of a query alike, so that its gradient is nothing but rounding.
   */
  async gradients(executor: Executor, method: EncoderMethod, checkpoint: boolean): Promise<number> {
    await using executable = await executor.compile(
      this.#program(method, checkpoint),
      this.#model.weights,
    );
    const results = await executable.run(this.#feeds(0, this.#parameters[method]));
    const compared = [...this.#parameters[method].keys()].map((name) => {
      const ours = results[gradientName(name)];
      const places = method === 'full' ? this.#places.get(name) : undefined;
      const theirs = this.#expected.get(
        places === undefined ? gradientName(name) : `sample:${name}`,
      );
      const kept =
        places === undefined ? ours : Float32Array.from(places, (place) => ours?.[place] ?? NaN);
      return { difference: difference(kept, theirs), size: largest(theirs ?? []) };
    });
    const least = 1e-3 * largest(compared.map(({ size }) => size));
    return largest(compared.map((one) => one.difference / Math.max(one.size, least)));
  }

  /** Over 20 steps of AdamW with clipping, warm-up and cosine. */
  async losses(executor: Executor, method: EncoderMethod): Promise<number> {
    await using executable = await executor.compile(this.#program(method), this.#model.weights);
    const parameters = new Map(
      [...this.#parameters[method]].map(([name, data]) => [name, data.slice()]),
    );
    const optimizer = new AdamW(parameters, { weightDecay: 0.1 });
    const rate = encoderCases[this.#name].rates[method];
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

  #program(method: EncoderMethod, checkpoint = false) {
    const { lora } = encoderCases[this.#name];
    const trained = method === 'full' ? { full: true } : { lora };
    return buildPairProgram(this.#model.config, { ...this.#shape(), ...trained, checkpoint })
      .program;
  }

  /** Rows of two lengths for the tiny one, so that texts are told apart and put together again, too. */
  #shape() {
    const { batches, shape } = this.#golden;
    const { pairs, negatives } = shape;
    const rowsOf = (
      texts: readonly (readonly (readonly number[])[])[],
      count: number,
    ): TextRows => {
      const lengths = envelopeOf(texts.map((batch) => sortedLengths(batch, count)));
      const longest = lengths.at(-1) ?? 1;
      if (this.#name !== 'bert') return evenRows(count, longest);
      const half = Math.ceil(count / 2);
      return [
        { batch: half, length: lengths[half - 1] ?? 1 },
        { batch: count - half, length: longest },
      ];
    };
    const questions = batches.map((batch) => batch.map(({ question }) => question));
    const passages = batches.map((batch) => batch.flatMap(passagesOf));
    return {
      ...{ pairs, negatives },
      questions: rowsOf(questions, pairs),
      passages: rowsOf(passages, pairs * (1 + negatives)),
    };
  }

  #feeds(step: number, parameters: Tensors): Feeds {
    const { batches } = this.#golden;
    const batch = batches[step % batches.length] ?? [];
    return {
      ...pairFeeds(batch, this.#shape(), { weight: 1 / batch.length }),
      ...Object.fromEntries(parameters),
    };
  }

  async #encode(executor: Executor, options: ConstructorParameters<typeof Encoder>[2]) {
    const { tokens, types, mask } = this.#golden.texts;
    const b = new Builder();
    const shape = { batch: tokens.length, length: tokens[0]?.length ?? 0 };
    const texts = new Encoder(b, this.#model.config, options).encode('texts', shape);
    const program = b.build({ states: texts.states, vectors: unitLength(b, texts.pooled) });
    await using executable = await executor.compile(program, this.#model.weights);
    return await executable.run({
      'texts.tokens': Int32Array.from(tokens.flat()),
      'texts.types': Int32Array.from(types.flat()),
      'texts.mask': Int32Array.from(mask.flat()),
      ...(options?.lora === undefined ? {} : Object.fromEntries(this.#parameters.lora)),
    });
  }
}
