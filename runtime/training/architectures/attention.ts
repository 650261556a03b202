import type { Builder } from '../ir/builder.ts';
import { softCap } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import { rotate, type Rotation } from './rope.ts';

/** Added to scores that must not count: far below any score, and finite, so that derivatives are too. */
const hidden = -1e30;

/** Masks to add to scores, [batch, 1, 1, length, length]. */
export interface AttentionMasks {
  readonly causal: Value;
  /** The same as `causal` where the model has no window. */
  readonly sliding: Value;
}

/** Nobody looks ahead, nor into another segment of a packed row, nor beyond the window. */
export function attentionMasks(
  b: Builder,
  segments: Value,
  window: number | undefined,
): AttentionMasks {
  const [batch = 1, length = 1] = segments.shape;
  const same = b.equal(
    b.reshape(segments, [batch, 1, 1, length, 1]),
    b.reshape(segments, [batch, 1, 1, 1, length]),
  );
  const mask = (reach: number): Value => {
    const data = Float32Array.from({ length: length * length }, (_, i) => {
      const [row, column] = [Math.floor(i / length), i % length];
      return column <= row && row - column < reach ? 0 : hidden;
    });
    return b.where(same, b.constant(data, [length, length]), b.scalar(hidden));
  };
  return b.scope('mask', () => {
    const causal = mask(length);
    return { causal, sliding: window === undefined || window >= length ? causal : mask(window) };
  });
}

interface HeadTensors {
  /** [batch, length, heads, head]. */
  readonly q: Value;
  /** [batch, length, kvHeads, head]. */
  readonly k: Value;
  readonly v: Value;
}
interface AttentionSettings {
  readonly rotation: Rotation;
  readonly mask: Value;
  readonly scale: number;
  readonly softCap: number | undefined;
}

/**
 * Grouped-query attention: [batch, length, heads · head]. The query heads that share a key head become rows
 * of one product, so that keys and values are never repeated.
 */
export function attention(b: Builder, tensors: HeadTensors, settings: AttentionSettings): Value {
  const [batch = 1, length = 1, heads = 1, head = 1] = tensors.q.shape;
  const kvHeads = tensors.k.shape[2] ?? 1;
  const group = heads / kvHeads;
  const byHead = (x: Value): Value => b.transpose(x, [0, 2, 1, 3]);
  const q = b.reshape(byHead(rotate(b, b.scale(tensors.q, settings.scale), settings.rotation)), [
    batch * kvHeads,
    group * length,
    head,
  ]);
  const shared = [batch * kvHeads, length, head];
  const k = b.reshape(byHead(rotate(b, tensors.k, settings.rotation)), shared);
  const v = b.reshape(byHead(tensors.v), shared);
  let scores = b.matmul(q, k, { transposeB: true });
  if (settings.softCap !== undefined) scores = softCap(b, scores, settings.softCap);
  const masked = b.add(b.reshape(scores, [batch, kvHeads, group, length, length]), settings.mask);
  const probabilities = b.reshape(b.softmax(masked), [batch * kvHeads, group * length, length]);
  const mixed = b.reshape(b.matmul(probabilities, v), [batch, heads, length, head]);
  return b.reshape(byHead(mixed), [batch, length, heads * head]);
}
