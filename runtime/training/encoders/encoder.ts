import { GraphError } from '@graft/graph';
import { hidden } from '../architectures/attention.ts';
import { factorNames, rankOf, targetsAmong, type LoraSpec } from '../architectures/lora-spec.ts';
import { LowRankAddition } from '../architectures/low-rank-addition.ts';
import type { Builder } from '../ir/builder.ts';
import { layerNorm } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import type { Shape } from '../ir/shape.ts';
import {
  encoderLinears,
  encoderLinearSize,
  encoderModules,
  layerPath,
  type EncoderConfig,
  type EncoderLinear,
} from './encoder-config.ts';

/** Only LoRA and rsLoRA. */
export type EncoderLora = Omit<LoraSpec, 'dora' | 'dropout' | 'modules'>;

export interface EncoderOptions {
  readonly lora?: EncoderLora;
  /** Every weight is an input and trainable. */
  readonly full?: boolean;
  /** Recomputes each layer in the backward pass, matrix products too: uses the least memory. */
  readonly checkpoint?: boolean;
}

/** Number of texts, and tokens of a text. */
export interface TextShape {
  readonly batch: number;
  readonly length: number;
}

/** Texts as a program sees them. */
export interface EncodedTexts {
  /** [batch, length, width], including padding. */
  readonly states: Value;
  /** Mean over each text's tokens, [batch, width]; zeros for a row without tokens. */
  readonly pooled: Value;
}

/**
 * A BERT that encodes texts: learned positions, token types, bidirectional attention, post-norm (Devlin et al. 2019),
 * and the mean over the tokens instead of a pooler (Reimers and Gurevych 2019).
 */
export class Encoder {
  readonly #b: Builder;
  readonly #config: EncoderConfig;
  readonly #options: EncoderOptions;
  readonly #additions = new Map<string, LowRankAddition>();
  readonly #trainable = new Map<string, Value>();

  constructor(b: Builder, config: EncoderConfig, options: EncoderOptions = {}) {
    this.#b = b;
    this.#config = config;
    this.#options = options;
    b.scope('additions', () => this.#prepareAdditions());
  }

  /** Trainable inputs by name, in a fixed order; complete once a text is encoded. */
  get trainable(): ReadonlyMap<string, Value> {
    return this.#trainable;
  }

  /**
   * Appends the encoder over a batch of texts; all batches share its weights. Inputs, each [batch, length] i32:
   * `<name>.tokens`, `<name>.types` and `<name>.mask` (1 for a token, 0 for padding).
   */
  encode(name: string, shape: TextShape): EncodedTexts {
    const { batch, length } = shape;
    const { context, layers, width } = this.#config;
    if (length > context) {
      throw new GraphError(
        'bad-input',
        `texts of ${String(length)} tokens do not fit the encoder's ${String(context)} positions`,
      );
    }
    const b = this.#b;
    const mask = b.input(`${name}.mask`, { shape: [batch, length], dtype: 'i32' });
    const keys = b.where(b.reshape(mask, [batch, 1, 1, length]), b.scalar(0), b.scalar(hidden));
    // Matrices of [batch · length, width], which products take directly.
    let rows = b.scope(`${name}/embeddings`, () => this.#embeddings(name, shape));
    for (let layer = 0; layer < layers; layer++) {
      rows = b.segment(`${name}/layer${String(layer)}`, () =>
        this.#layer(layerPath(layer), rows, { ...shape, keys }),
      );
    }
    const states = b.reshape(rows, [batch, length, width]);
    return { states, pooled: meanOf(b, states, mask) };
  }

  #embeddings(name: string, { batch, length }: TextShape): Value {
    const b = this.#b;
    const { vocabulary, context, tokenTypes, width } = this.#config;
    const table = (kind: string, rows: number): Value =>
      this.#tensor(`embeddings.${kind}_embeddings.weight`, [rows, width]);
    const ids = (part: string): Value =>
      b.input(`${name}.${part}`, { shape: [batch, length], dtype: 'i32' });
    const positions = b.slice(table('position', context), { axis: 0, start: 0, end: length });
    const typed = b.gather(table('token_type', tokenTypes), ids('types'));
    const sum = b.add(b.add(b.gather(table('word', vocabulary), ids('tokens')), typed), positions);
    return this.#norm('embeddings.LayerNorm', b.reshape(sum, [batch * length, width]));
  }

  #layer(path: string, x: Value, rows: TextShape & { readonly keys: Value }): Value {
    const b = this.#b;
    const { batch, length, keys } = rows;
    const { heads, width } = this.#config;
    const head = width / heads;
    const byHead = (part: EncoderLinear): Value => {
      const y = b.reshape(this.#keep(this.#linear(path, part, x)), [batch, length, heads, head]);
      return b.reshape(b.transpose(y, [0, 2, 1, 3]), [batch * heads, length, head]);
    };
    const queries = b.scale(byHead('attention.self.query'), head ** -0.5);
    const scores = b.matmul(queries, byHead('attention.self.key'), { transposeB: true });
    const masked = b.add(b.reshape(scores, [batch, heads, length, length]), keys);
    const softmax = b.softmax(masked);
    const probabilities = this.#areProbabilitiesFew(length) ? this.#keep(softmax) : softmax;
    const seen = b.matmul(b.reshape(probabilities, scores.shape), byHead('attention.self.value'));
    const mixed = b.reshape(
      b.transpose(b.reshape(seen, [batch, heads, length, head]), [0, 2, 1, 3]),
      [batch * length, width],
    );
    const attended = this.#linear(path, 'attention.output.dense', this.#keep(mixed));
    const middle = this.#norm(`${path}.attention.output.LayerNorm`, b.add(x, this.#keep(attended)));
    const opened = b.gelu(this.#keep(this.#linear(path, 'intermediate.dense', middle)));
    const closed = this.#keep(this.#linear(path, 'output.dense', opened));
    return this.#norm(`${path}.output.LayerNorm`, b.add(middle, closed));
  }

  /** x·Wᵀ + bias, plus the low-rank addition if the module is a target. */
  #linear(layer: string, part: EncoderLinear, x: Value): Value {
    const b = this.#b;
    const path = `${layer}.${part}`;
    const [inputs, outputs] = encoderLinearSize(this.#config, part);
    const weight = this.#tensor(`${path}.weight`, [outputs, inputs]);
    const output = b.matmul(x, weight, { transposeB: true });
    const biased = b.add(output, this.#tensor(`${path}.bias`, [outputs]));
    const addition = this.#additions.get(path);
    return addition === undefined ? biased : b.add(biased, addition.apply(x, undefined, output));
  }

  /** Declares the trainable factors. */
  #prepareAdditions(): void {
    const { lora: spec } = this.#options;
    if (spec === undefined) return;
    for (const { path, inputs, outputs } of targetsAmong(encoderModules(this.#config), spec)) {
      const rank = rankOf(spec, path);
      const [nameA, nameB] = factorNames(path);
      const factors = {
        a: this.#train(nameA, [rank, inputs]),
        b: this.#train(nameB, [outputs, rank]),
        magnitude: undefined,
      };
      const frozen = {
        weight: this.#tensor(`${path}.weight`, [outputs, inputs]),
        stored: (rows: Value) => rows,
      };
      this.#additions.set(path, new LowRankAddition(this.#b, { spec, factors, frozen }));
    }
  }

  /** Whether attention probabilities take less than a quarter of what a layer keeps anyway: true for short texts. */
  #areProbabilitiesFew(length: number): boolean {
    const ofPlace = encoderLinears.reduce(
      (sum, part) => sum + encoderLinearSize(this.#config, part)[1],
      0,
    );
    return this.#config.heads * length < ofPlace / 4;
  }

  /** Everything else in a layer is cheap to recompute. */
  #keep(product: Value): Value {
    return this.#options.checkpoint === true ? product : this.#b.keep(product);
  }

  #norm(path: string, x: Value): Value {
    const { width, normEpsilon } = this.#config;
    const gain = this.#tensor(`${path}.weight`, [width]);
    const bias = this.#tensor(`${path}.bias`, [width]);
    return layerNorm(this.#b, x, { gain, bias, epsilon: normEpsilon });
  }

  #tensor(name: string, shape: Shape): Value {
    return this.#options.full === true ? this.#train(name, shape) : this.#b.weight(name, shape);
  }

  #train(name: string, shape: Shape): Value {
    const value = this.#b.input(name, { shape });
    this.#trainable.set(name, value);
    return value;
  }
}

/** Mean over the positions whose mask is 1, [batch, width]. */
function meanOf(b: Builder, states: Value, mask: Value): Value {
  const [batch = 1, length = 1, width = 1] = states.shape;
  const ones = b.where(mask, b.scalar(1), b.scalar(0));
  const counts = b.reduceSum(ones, [-1]);
  const hasTokens = b.greaterEqual(counts, b.scalar(1));
  const shares = b.div(ones, b.where(hasTokens, counts, b.scalar(1)));
  return b.reshape(b.matmul(b.reshape(shares, [batch, 1, length]), states), [batch, width]);
}
