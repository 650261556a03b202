import type { Builder } from '../ir/builder.ts';
import { softCap } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import { rotate, type Rotation } from './rope.ts';

/** Added to masked scores: far below any score, and finite, so that derivatives are too. */
export const hidden = -1e30;

/** Positions whose scores are computed together: skips keys ahead of them, or behind their window. */
const blockLength = 128;

/** A block of queries, the keys that any of them sees, and their additive mask. */
interface Block {
  readonly queries: Range;
  readonly keys: Range;
  /** [batch, 1, 1, queries, keys]. */
  readonly mask: Value;
}
interface Range {
  readonly start: number;
  readonly end: number;
}

export interface AttentionMasks {
  readonly causal: readonly Block[];
  /** Equals `causal` if the model has no window. */
  readonly sliding: readonly Block[];
}

/** No position sees later ones, another segment of a packed row, or beyond the window. */
export function attentionMasks(
  b: Builder,
  segments: Value,
  window: number | undefined,
): AttentionMasks {
  const [batch = 1, length = 1] = segments.shape;
  const rows = b.reshape(segments, [batch, 1, 1, length, 1]);
  const columns = b.reshape(segments, [batch, 1, 1, 1, length]);
  const blocks = (reach: number): Block[] =>
    Array.from({ length: Math.ceil(length / blockLength) }, (_, i) => {
      const queries = { start: i * blockLength, end: Math.min(length, (i + 1) * blockLength) };
      const keys = { start: Math.max(0, queries.start - reach + 1), end: queries.end };
      const width = keys.end - keys.start;
      const data = Float32Array.from({ length: (queries.end - queries.start) * width }, (_, at) => {
        const row = queries.start + Math.floor(at / width);
        const column = keys.start + (at % width);
        return column <= row && row - column < reach ? 0 : hidden;
      });
      const same = b.equal(
        b.slice(rows, { axis: 3, ...queries }),
        b.slice(columns, { axis: 4, ...keys }),
      );
      const open = b.constant(data, [queries.end - queries.start, width]);
      return { queries, keys, mask: b.where(same, open, b.scalar(hidden)) };
    });
  return b.scope('mask', () => {
    const causal = blocks(length);
    return { causal, sliding: window === undefined || window >= length ? causal : blocks(window) };
  });
}

interface HeadTensors {
  /** [batch, length, heads, head]. */
  readonly q: Value;
  /** [batch, length, kvHeads, head]. */
  readonly k: Value;
  readonly v: Value;
}
/** Rotation of queries and keys; rotating queries also scales the scores. */
export interface AttentionRotations {
  readonly query: Rotation;
  readonly key: Rotation;
}

export function attentionRotations(
  b: Builder,
  rotation: Rotation,
  scale: number,
): AttentionRotations {
  const cosine = b.scale(rotation.cosine, scale);
  const sine = b.scale(rotation.sine, scale);
  return { query: { ...rotation, cosine, sine }, key: rotation };
}

interface AttentionSettings {
  readonly rotations: AttentionRotations;
  readonly blocks: readonly Block[];
  readonly softCap: number | undefined;
  /** Marks what is not to be recomputed: rotated heads, and probabilities. */
  readonly keepHeads: (value: Value) => Value;
  readonly keepProbabilities: (value: Value) => Value;
}

/**
 * Grouped-query attention: [batch · length, heads · head]. Query heads that share a key head become rows of one
 * product, so that keys and values are never repeated.
 */
export function attention(b: Builder, tensors: HeadTensors, settings: AttentionSettings): Value {
  const [batch = 1, length = 1, heads = 1, head = 1] = tensors.q.shape;
  const kvHeads = tensors.k.shape[2] ?? 1;
  const group = heads / kvHeads;
  const { rotations, keepHeads, keepProbabilities } = settings;
  const byHead = (x: Value): Value => b.transpose(x, [0, 2, 1, 3]);
  const rotated = (x: Value, rotation: Rotation): Value =>
    keepHeads(byHead(rotate(b, x, rotation)));
  const own = [batch * kvHeads, group, length, head];
  const q = b.reshape(rotated(tensors.q, rotations.query), own);
  const shared = [batch * kvHeads, length, head];
  const k = b.reshape(rotated(tensors.k, rotations.key), shared);
  const v = b.reshape(keepHeads(byHead(tensors.v)), shared);
  const mixed = settings.blocks.map(({ queries, keys, mask }) => {
    const [rows, columns] = [queries.end - queries.start, keys.end - keys.start];
    const asked = b.reshape(b.slice(q, { axis: 2, ...queries }), [
      batch * kvHeads,
      group * rows,
      head,
    ]);
    let scores = b.matmul(asked, b.slice(k, { axis: 1, ...keys }), { transposeB: true });
    if (settings.softCap !== undefined) scores = softCap(b, scores, settings.softCap);
    const masked = b.add(b.reshape(scores, [batch, kvHeads, group, rows, columns]), mask);
    const probabilities = b.reshape(keepProbabilities(b.softmax(masked)), scores.shape);
    const seen = b.matmul(probabilities, b.slice(v, { axis: 1, ...keys }));
    return b.reshape(seen, [batch, heads, rows, head]);
  });
  return b.reshape(byHead(b.concat(mixed, 2)), [batch * length, heads * head]);
}
