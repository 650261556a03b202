import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import { loraScale, type LoraSpec } from './lora-spec.ts';

/** The trainable tensors of one linear map, as program inputs. */
interface AdditionFactors {
  /** [rank, inputs]. */
  readonly a: Value;
  /** [outputs, rank]. */
  readonly b: Value;
  /** DoRA's, [outputs]. */
  readonly magnitude: Value | undefined;
}

/** A frozen linear map, in the published order whatever order its file has. */
export interface FrozenLinear {
  /** As stored, [outputs, inputs]. */
  readonly weight: Value;
  /** Puts outputs along the last axis into the published order. */
  readonly published: (y: Value) => Value;
}

interface AdditionParts {
  readonly spec: LoraSpec;
  readonly factors: AdditionFactors;
  readonly frozen: FrozenLinear;
}

/**
 * s·(x·Aᵀ)·Bᵀ beside a frozen linear map and, under DoRA (Liu et al. 2024, "DoRA: Weight-Decomposed Low-Rank
 * Adaptation"), rows scaled to the trained magnitudes: m / ‖W + s·B·A‖ · (W + s·B·A)·x. The norm counts as a constant
 * for the derivative, as in the paper and in PEFT.
 */
export class LowRankAddition {
  private readonly builder: Builder;
  private readonly parts: AdditionParts;
  /** m / norm, [outputs]. */
  private readonly gain: Value | undefined;

  /** Appends the norms: outside of a checkpointed segment, so that they are computed once. */
  constructor(builder: Builder, parts: AdditionParts) {
    this.builder = builder;
    this.parts = parts;
    const { magnitude } = parts.factors;
    this.gain = magnitude === undefined ? undefined : builder.div(magnitude, this.norms());
  }

  /**
   * What to add to the frozen map's biased output; `dropped` is x after dropout, `output` x·Wᵀ. As in PEFT, dropout
   * under DoRA also acts on what the magnitudes change of the frozen output.
   */
  apply(x: Value, dropped: Value | undefined, output: Value): Value {
    const { builder: b } = this;
    const { spec, factors, frozen } = this.parts;
    const down = b.keep(b.matmul(dropped ?? x, factors.a, { transposeB: true }));
    // Scaled between the factors, where tensors are smallest.
    const up = b.matmul(b.scale(down, loraScale(spec)), factors.b, { transposeB: true });
    if (this.gain === undefined) return up;
    const straight =
      dropped === undefined
        ? output
        : frozen.published(b.matmul(dropped, frozen.weight, { transposeB: true }));
    return b.sub(b.mul(this.gain, b.add(straight, up)), straight);
  }

  /** ‖W + s·B·A‖ per row, from ‖W‖² + Bᵀ ⊙ (2s·A·Wᵀ + s²·A·Aᵀ·Bᵀ): no matrix of W's size is made of B·A. */
  private norms(): Value {
    const { builder: b } = this;
    const { spec, factors, frozen } = this.parts;
    const { weight, published } = frozen;
    const scale = loraScale(spec);
    const [outputs = 1] = weight.shape;
    const own = published(b.reshape(b.reduceSum(b.mul(weight, weight), [1]), [outputs]));
    const across = published(b.matmul(factors.a, weight, { transposeB: true }));
    const gram = b.matmul(factors.a, factors.a, { transposeB: true });
    const within = b.matmul(gram, factors.b, { transposeB: true });
    const mixed = b.add(b.scale(across, 2 * scale), b.scale(within, scale * scale));
    const added = b.reduceSum(b.mul(b.transpose(factors.b, [1, 0]), mixed), [0]);
    return b.detach(b.sqrt(b.add(own, b.reshape(added, [outputs]))));
  }
}
