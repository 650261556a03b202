import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import { loraScale, type LoraSpec } from './lora-spec.ts';

/** The trainable tensors of one linear map, as program inputs. */
interface AdditionFactors {
  /** [rank, inputs]. */
  readonly a: Value;
  /** [outputs, rank]. */
  readonly b: Value;
  /** DoRA's magnitudes, [outputs]. */
  readonly magnitude: Value | undefined;
}

/** A frozen linear map. Its outputs, and what is added to them, have the order of its file. */
export interface FrozenLinear {
  /** As stored, [outputs, inputs]. */
  readonly weight: Value;
  /** Reorders numbers of each output, [outputs, …], from the published order to the file's. */
  readonly stored: (rows: Value) => Value;
}

interface AdditionParts {
  readonly spec: LoraSpec;
  readonly factors: AdditionFactors;
  readonly frozen: FrozenLinear;
}

/**
 * s·(x·Aᵀ)·Bᵀ beside a frozen linear map and, under DoRA (Liu et al. 2024, "DoRA: Weight-Decomposed Low-Rank
 * Adaptation"), rows scaled to the trained magnitudes: m / ‖W + s·B·A‖ · (W + s·B·A)·x. As in the paper and in PEFT,
 * the derivative treats the norm as constant.
 */
export class LowRankAddition {
  readonly #builder: Builder;
  readonly #parts: AdditionParts;
  /** B in the file's order, [outputs, rank]. */
  readonly #up: Value;
  /** m / norm, [outputs]. */
  readonly #gain: Value | undefined;

  /** Appends the norms outside checkpointed segments, so that they are computed once. */
  constructor(builder: Builder, parts: AdditionParts) {
    this.#builder = builder;
    this.#parts = parts;
    const { factors, frozen } = parts;
    this.#up = frozen.stored(factors.b);
    this.#gain =
      factors.magnitude === undefined
        ? undefined
        : builder.div(frozen.stored(factors.magnitude), this.#norms());
  }

  /**
   * The addition to the frozen map's biased output; `dropped` is x after dropout, `output` x·Wᵀ. As in PEFT, dropout
   * under DoRA also affects what the magnitudes change of the frozen output.
   */
  apply(x: Value, dropped: Value | undefined, output: Value): Value {
    const b = this.#builder;
    const { spec, factors, frozen } = this.#parts;
    const down = b.matmul(dropped ?? x, factors.a, { transposeB: true });
    // Scales between the factors, where tensors are smallest.
    const scaled = b.keep(b.scale(down, loraScale(spec)));
    const up = b.matmul(scaled, this.#up, { transposeB: true });
    if (this.#gain === undefined) return up;
    const straight =
      dropped === undefined ? output : b.matmul(dropped, frozen.weight, { transposeB: true });
    return b.sub(b.mul(this.#gain, b.add(straight, up)), straight);
  }

  /** ‖W + s·B·A‖ per row, from ‖W‖² + Bᵀ ⊙ (2s·A·Wᵀ + s²·A·Aᵀ·Bᵀ): never forms B·A at W's size. */
  #norms(): Value {
    const b = this.#builder;
    const { spec, factors, frozen } = this.#parts;
    const { weight } = frozen;
    const scale = loraScale(spec);
    const [outputs = 1] = weight.shape;
    const own = b.reshape(b.reduceSum(b.mul(weight, weight), [1]), [outputs]);
    const across = b.matmul(factors.a, weight, { transposeB: true });
    const gram = b.matmul(factors.a, factors.a, { transposeB: true });
    const within = b.matmul(gram, this.#up, { transposeB: true });
    const mixed = b.add(b.scale(across, 2 * scale), b.scale(within, scale * scale));
    const added = b.reduceSum(b.mul(b.transpose(this.#up, [1, 0]), mixed), [0]);
    return b.detach(b.sqrt(b.add(own, b.reshape(added, [outputs]))));
  }
}
