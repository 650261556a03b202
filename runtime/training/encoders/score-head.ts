import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import { type Shape, sizeOf } from '../ir/shape.ts';
import { Random, seedFor } from '../optimizer/random.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { Encoder, type EncoderOptions, type TextShape } from './encoder.ts';

/** Every weight of the head by published name, without the `bert.` prefix that the pooler has in files. */
export function headShapes({ width }: EncoderConfig): ReadonlyMap<string, Shape> {
  return new Map<string, Shape>([
    ['pooler.dense.weight', [width, width]],
    ['pooler.dense.bias', [width]],
    ['classifier.weight', [1, width]],
    ['classifier.bias', [1]],
  ]);
}

/** Standard deviation of a head's initial numbers: `initializer_range` of BERT's configurations. */
const spread = 0.02;

/** An untrained head, as the transformers library initializes it: small random matrices, no biases. */
export function newHead(config: EncoderConfig, seed: number): Map<string, Float32Array> {
  return new Map(
    [...headShapes(config)].map(([name, shape]) => {
      const random = new Random(seedFor(name, seed));
      const first = new Float32Array(sizeOf(shape));
      return [name, shape.length > 1 ? first.map(() => spread * random.normal()) : first];
    }),
  );
}

/**
 * A BERT that reads a question and a passage together and gives one number: the first token's state through BERT's
 * pooler (a linear map and tanh) and a linear map to one score, like `BertForSequenceClassification` with one label.
 * Training always includes the head, with the encoder in full or by LoRA.
 */
export class Scorer {
  readonly #b: Builder;
  readonly #config: EncoderConfig;
  readonly #encoder: Encoder;
  readonly #head = new Map<string, Value>();

  constructor(b: Builder, config: EncoderConfig, options: EncoderOptions = {}) {
    this.#b = b;
    this.#config = config;
    this.#encoder = new Encoder(b, config, options);
  }

  /** Trainable inputs by name, in a fixed order; complete once something is scored. */
  get trainable(): ReadonlyMap<string, Value> {
    return new Map([...this.#encoder.trainable, ...this.#head]);
  }

  /** One score for each row of `shape`, [batch]; inputs are those of `Encoder.encode`. */
  score(name: string, shape: TextShape): Value {
    const b = this.#b;
    const { width } = this.#config;
    const { states } = this.#encoder.encode(name, shape);
    return b.scope(`${name}/head`, () => {
      const first = b.reshape(b.slice(states, { axis: 1, start: 0, end: 1 }), [shape.batch, width]);
      const pooled = b.tanh(this.#linear('pooler.dense', first));
      return b.reshape(this.#linear('classifier', pooled), [shape.batch]);
    });
  }

  #linear(path: string, x: Value): Value {
    const weight = this.#tensor(`${path}.weight`);
    return this.#b.add(
      this.#b.matmul(x, weight, { transposeB: true }),
      this.#tensor(`${path}.bias`),
    );
  }

  #tensor(name: string): Value {
    const known = this.#head.get(name);
    if (known !== undefined) return known;
    const value = this.#b.input(name, { shape: headShapes(this.#config).get(name) ?? [] });
    this.#head.set(name, value);
    return value;
  }
}
