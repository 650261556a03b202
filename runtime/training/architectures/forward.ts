import { GraphError } from '@graft/graph';
import type { Builder } from '../ir/builder.ts';
import { geluTanh, rmsNorm } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import {
  attention,
  attentionMasks,
  attentionRotations,
  type AttentionMasks,
  type AttentionRotations,
} from './attention.ts';
import { Dropout } from './dropout.ts';
import { headLogits, headLoss, placesAtOnce } from './head-loss.ts';
import { linearKinds, type LinearKind } from './description.ts';
import { factorNames, magnitudeName, rankOf, targetModules, type LoraSpec } from './lora-spec.ts';
import { LowRankAddition, type FrozenLinear } from './low-rank-addition.ts';
import {
  linearPath,
  linearSize,
  type ModelConfig,
  type Rope,
  type WeightLayout,
} from './model-config.ts';
import { pairedRows } from './paired-rows.ts';
import { rotationAt } from './rope.ts';

/** A model to build: its sizes and the layout of its file. */
export interface ModelPlan {
  readonly config: ModelConfig;
  readonly layout: WeightLayout;
}

export interface ForwardOptions {
  /** Number of rows, and tokens of a row. */
  readonly batch: number;
  readonly length: number;
  readonly lora?: LoraSpec;
  /** Every weight is an input and trainable. */
  readonly full?: boolean;
  /** Recomputes each layer in the backward pass, matrix products too: uses the least memory. */
  readonly checkpoint?: boolean;
  /**
   * Computes the head only at this many positions: an input `places`, i32 [places], lists them as indices into [batch ·
   * length], and labels, weights and `correct` have one number for each. Absent: at every position.
   */
  readonly places?: number;
  /** Enables dropout, with masks from `dropoutFeeds`. */
  readonly training?: boolean;
}

/**
 * Inputs of a forward program, each [batch, length]: `tokens`, `positions` (restarting in packed rows, below `length`),
 * `segments` (equal within one packed text), `labels` (the token to predict at each position; any if the weight is 0)
 * in i32, and `weights` in f32 (usually 1 / number of trained tokens of the whole optimizer step, 0 if masked).
 */
export interface Forward {
  /** [batch, length, vocabulary]. */
  readonly logits: Value;
  /** Σ weight · negative log-likelihood, a scalar. */
  readonly loss: Value;
  /** 1 if the label has the largest logit, [batch, length]. */
  readonly correct: Value;
  /** Trainable inputs by name, in a fixed order. */
  readonly trainable: ReadonlyMap<string, Value>;
}

/** Appends the model's forward pass and loss to a program. */
export function buildForward(b: Builder, model: ModelPlan, options: ForwardOptions): Forward {
  return new ForwardBuilder(b, model, options).build();
}

class ForwardBuilder {
  readonly #b: Builder;
  readonly #config: ModelConfig;
  readonly #layout: WeightLayout;
  readonly #options: ForwardOptions;
  readonly #targets: ReadonlySet<string>;
  readonly #dropout: Dropout | undefined;
  readonly #additions = new Map<string, LowRankAddition>();
  readonly #trainable = new Map<string, Value>();

  constructor(b: Builder, { config, layout }: ModelPlan, options: ForwardOptions) {
    if (options.length > config.context) {
      throw new GraphError(
        'bad-input',
        `rows of ${options.length} tokens do not fit the model's context of ${config.context}`,
      );
    }
    this.#b = b;
    this.#config = config;
    this.#layout = layout;
    this.#options = options;
    const { lora } = options;
    const modules = lora === undefined ? [] : targetModules(config, lora);
    this.#targets = new Set(modules.map((module) => module.path));
    const rate = options.training === true ? (lora?.dropout ?? 0) : 0;
    this.#dropout = rate === 0 ? undefined : new Dropout(b, modules, { ...options, rate });
  }

  build(): Forward {
    const b = this.#b;
    const config = this.#config;
    const options = this.#options;
    const shape = [options.batch, options.length];
    const ids = (name: string): Value => b.input(name, { shape, dtype: 'i32' });
    const positions = ids('positions');
    const masks = attentionMasks(b, ids('segments'), config.slidingWindow);
    const { headWidth, attentionScale } = config;
    const rotations = (rope: Rope): AttentionRotations => {
      const heads = { rope, headWidth, paired: this.#layout.pairedRows };
      return attentionRotations(b, rotationAt(b, positions, heads), attentionScale);
    };
    const everywhere = rotations(config.rope);
    const nearby = rotations(config.localRope);

    const table = this.#tensor('model.embed_tokens.weight', [config.vocabulary, config.width]);
    // From here on, matrices of [batch · length, width], which products take directly.
    const tokens = b.reshape(ids('tokens'), [options.batch * options.length]);
    let hidden = b.gather(table, tokens);
    if (config.architecture.scaledEmbedding) hidden = b.scale(hidden, Math.sqrt(config.width));
    for (let layer = 0; layer < config.layers; layer++) {
      const sliding = config.sliding[layer] === true;
      const body = (): Value =>
        this.#layer(layer, hidden, {
          rotations: sliding ? nearby : everywhere,
          blocks: sliding ? masks.sliding : masks.causal,
        });
      const name = `layer${layer}`;
      b.scope(name, () => this.#prepareAdditions(layer));
      hidden = b.segment(name, body);
    }
    const { places } = options;
    const counted = places === undefined ? shape : [places];
    // Before the last norm, which then has as few rows.
    if (places !== undefined) {
      hidden = b.gather(hidden, b.input('places', { shape: counted, dtype: 'i32' }));
    }
    hidden = this.#norm('model.norm', hidden);
    const head = {
      matrix: config.tiedHead
        ? table
        : this.#tensor('lm_head.weight', [config.vocabulary, config.width]),
      softCap: config.logitSoftCap,
      trained: options.full === true,
    };
    const { loss, correct } = headLoss(b, head, {
      hidden,
      labels: b.input('labels', { shape: counted, dtype: 'i32' }),
      weights: b.input('weights', { shape: counted }),
      derive: options.training === true,
      atOnce: placesAtOnce(sizeOf(counted), config.vocabulary),
    });
    const logits = b.reshape(headLogits(b, hidden, head), [...counted, config.vocabulary]);
    return { logits, loss, correct, trainable: this.#trainable };
  }

  #layer(
    layer: number,
    input: Value,
    shared: { readonly rotations: AttentionRotations; readonly blocks: AttentionMasks['causal'] },
  ): Value {
    const b = this.#b;
    const config = this.#config;
    const path = `model.layers.${layer}`;
    const { postNorms, queryKeyNorm, activation } = config.architecture;
    const x = this.#norm(`${path}.input_layernorm`, input);
    // With a norm of q and k, it reads them before rotation; otherwise only the rotated ones are read again.
    const keepRotated = !queryKeyNorm;
    const perHead = (kind: LinearKind, heads: number): Value => {
      const shape = [this.#options.batch, this.#options.length, heads, config.headWidth];
      const y = this.#linear(layer, kind, x);
      return b.reshape(keepRotated ? y : this.#keep(y), shape);
    };
    let q = perHead('q_proj', config.heads);
    let k = perHead('k_proj', config.kvHeads);
    if (queryKeyNorm) {
      q = this.#norm(`${path}.self_attn.q_norm`, q);
      k = this.#norm(`${path}.self_attn.k_norm`, k);
    }
    const keepsProbabilities = this.#areProbabilitiesFew();
    const mixed = attention(
      b,
      { q, k, v: perHead('v_proj', config.kvHeads) },
      {
        ...shared,
        softCap: config.attentionSoftCap,
        keepHeads: (value) => (keepRotated ? this.#keep(value) : value),
        keepProbabilities: (value) => (keepsProbabilities ? this.#keep(value) : value),
      },
    );
    let attended = this.#keep(this.#linear(layer, 'o_proj', this.#keep(mixed)));
    if (postNorms) attended = this.#norm(`${path}.post_attention_layernorm`, attended);
    const middle = b.add(input, attended);
    const before = postNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm';
    const y = this.#norm(`${path}.${before}`, middle);
    const gate = this.#keep(this.#linear(layer, 'gate_proj', y));
    const up = this.#keep(this.#linear(layer, 'up_proj', y));
    const open = activation === 'silu' ? b.silu(gate) : geluTanh(b, gate);
    let out = this.#keep(this.#linear(layer, 'down_proj', b.mul(open, up)));
    if (postNorms) out = this.#norm(`${path}.post_feedforward_layernorm`, out);
    return b.add(middle, out);
  }

  /** x·Wᵀ + bias, plus the low-rank addition if the module is a target. */
  #linear(layer: number, kind: LinearKind, x: Value): Value {
    const b = this.#b;
    const config = this.#config;
    const path = linearPath(layer, kind);
    const output = b.matmul(x, this.#frozen(path, kind).weight, { transposeB: true });
    const [, outputs] = linearSize(config, kind);
    const biased = config.biases.includes(kind)
      ? b.add(output, this.#tensor(`${path}.bias`, [outputs]))
      : output;
    const addition = this.#additions.get(path);
    if (addition === undefined) return biased;
    return b.add(biased, addition.apply(x, this.#dropout?.apply(path, x), output));
  }

  #frozen(path: string, kind: LinearKind): FrozenLinear {
    const b = this.#b;
    const config = this.#config;
    const [inputs, outputs] = linearSize(config, kind);
    const heads = kind === 'q_proj' ? config.heads : config.kvHeads;
    const paired = this.#layout.pairedRows && (kind === 'q_proj' || kind === 'k_proj');
    return {
      weight: this.#tensor(`${path}.weight`, [outputs, inputs]),
      stored: (rows) => (paired ? pairedRows(b, rows, heads) : rows),
    };
  }

  /** Declares the layer's trainable factors. */
  #prepareAdditions(layer: number): void {
    const { lora: spec } = this.#options;
    if (spec === undefined) return;
    for (const kind of linearKinds) {
      const path = linearPath(layer, kind);
      if (!this.#targets.has(path)) continue;
      const [inputs, outputs] = linearSize(this.#config, kind);
      const rank = rankOf(spec, path);
      const [nameA, nameB] = factorNames(path);
      const factors = {
        a: this.#train(nameA, [rank, inputs]),
        b: this.#train(nameB, [outputs, rank]),
        magnitude: spec.dora === true ? this.#train(magnitudeName(path), [outputs]) : undefined,
      };
      const frozen = this.#frozen(path, kind);
      this.#additions.set(path, new LowRankAddition(this.#b, { spec, factors, frozen }));
    }
  }

  /** Whether attention probabilities take less than a quarter of what a layer keeps anyway: true in short rows. */
  #areProbabilitiesFew(): boolean {
    const config = this.#config;
    const options = this.#options;
    const ofPlace = linearKinds.reduce((sum, kind) => sum + linearSize(config, kind)[1], 0);
    return (config.heads * options.length) / 2 < ofPlace / 4;
  }

  /** Everything else in a layer is cheap to recompute. */
  #keep(product: Value): Value {
    return this.#options.checkpoint === true ? product : this.#b.keep(product);
  }

  #norm(path: string, x: Value): Value {
    const b = this.#b;
    const stored = this.#tensor(`${path}.weight`, [x.shape.at(-1) ?? 1]);
    const gain = this.#layout.gainLessOne ? b.add(stored, b.scalar(1)) : stored;
    return rmsNorm(b, x, { gain, epsilon: this.#config.normEpsilon });
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
