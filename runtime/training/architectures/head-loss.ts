import type { Builder } from '../ir/builder.ts';
import { negativeLogLikelihood, softCap, withSlopes } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import { sizeOf } from '../ir/shape.ts';

/** Most logits that exist at once, unless the vocabulary is so large that `leastPlaces` positions need more. */
const mostLogits = 2 ** 23;
const leastPlaces = 64;

export interface Head {
  /** [vocabulary, width]. */
  readonly matrix: Value;
  readonly softCap: number | undefined;
  /** Whether the matrix is trained too. */
  readonly trained: boolean;
}

/** Positions of a chunk. */
export function placesAtOnce(count: number, vocabulary: number): number {
  const chunks = Math.ceil(count / Math.max(leastPlaces, Math.floor(mostLogits / vocabulary)));
  return Math.ceil(count / chunks);
}

interface Places {
  /** [..., width]. */
  readonly hidden: Value;
  /** [...], i32. */
  readonly labels: Value;
  /** [...]. */
  readonly weights: Value;
}

export interface HeadLoss {
  /** Σ weight · negative log-likelihood, a scalar. */
  readonly loss: Value;
  /** 1 if the label has the largest logit, shaped like the labels. */
  readonly correct: Value;
}

/** [..., vocabulary]. */
export function headLogits(b: Builder, hidden: Value, head: Head): Value {
  const logits = b.matmul(hidden, head.matrix, { transposeB: true });
  return head.softCap === undefined ? logits : softCap(b, logits, head.softCap);
}

/**
 * The loss over chunks of positions, so that the logits of all never exist together. With `derive`, takes a chunk's
 * gradients at once, while its logits exist, and states them to the derivative: softmax minus one at the label.
 */
export function headLoss(
  b: Builder,
  head: Head,
  places: Places & { readonly derive: boolean; readonly atOnce: number },
): HeadLoss {
  const width = head.matrix.shape[1] ?? 1;
  const count = sizeOf(places.labels.shape);
  const hidden = b.reshape(places.hidden, [count, width]);
  const labels = b.reshape(places.labels, [count]);
  const weights = b.reshape(places.weights, [count]);
  const losses: Value[] = [];
  const correct: Value[] = [];
  let last: Value | undefined;
  for (let start = 0; start < count; start += places.atOnce) {
    const range = { axis: 0, start, end: Math.min(count, start + places.atOnce) };
    const part = b.slice(hidden, range);
    const chunk = (places.derive ? derivedLoss : plainLoss)(b, head, {
      hidden: last === undefined ? part : b.apply({ kind: 'after' }, part, last),
      labels: b.slice(labels, range),
      weights: b.slice(weights, range),
    });
    losses.push(chunk.loss);
    correct.push(chunk.correct);
    last = chunk.last;
  }
  return {
    loss: losses.reduce((sum, part) => b.add(sum, part)),
    correct: b.reshape(b.concat(correct, 0), places.labels.shape),
  };
}

interface ChunkLoss extends HeadLoss {
  /** Once this exists, nothing reads the chunk's logits any more. */
  readonly last: Value;
}

function plainLoss(b: Builder, head: Head, { hidden, labels, weights }: Places): ChunkLoss {
  const logits = headLogits(b, hidden, head);
  const best = b.reshape(b.reduceMax(logits, [-1]), labels.shape);
  const correct = b.greaterEqual(b.gatherLast(logits, labels), best);
  const losses = b.mul(negativeLogLikelihood(b, logits, labels), weights);
  const loss = b.reshape(b.reduceSum(losses, [0]), []);
  return { loss, correct, last: loss };
}

function derivedLoss(b: Builder, head: Head, { hidden, labels, weights }: Places): ChunkLoss {
  const column = (x: Value): Value => b.reshape(x, [labels.shape[0] ?? 1, 1]);
  const logits = headLogits(b, hidden, head);
  const probabilities = b.softmax(logits);
  const best = b.reduceMax(logits, [-1]);
  const ofLabel = column(b.gatherLast(logits, labels));
  // log Σ exp(logit) from the largest logit and its probability, which is never too small for a logarithm.
  const total = b.sub(best, b.log(b.reduceMax(probabilities, [-1])));
  const loss = b.reshape(b.reduceSum(b.mul(b.sub(total, ofLabel), column(weights)), [0, 1]), []);
  const correct = b.reshape(b.greaterEqual(ofLabel, best), labels.shape);

  const { softCap: cap } = head;
  // d softCap(x) / dx = 1 − (softCap(x) / cap)²
  const sloped = (x: Value, at: Value): Value =>
    cap === undefined ? x : b.sub(x, b.mul(x, b.mul(b.scale(at, 1 / cap), b.scale(at, 1 / cap))));
  const dense = sloped(probabilities, logits);
  const atLabel = sloped(column(weights), ofLabel);
  const own = b.mul(b.matmul(dense, head.matrix), column(weights));
  const toHidden = b.sub(own, b.mul(b.gather(head.matrix, labels), atLabel));
  const stated = [{ of: hidden, slope: toHidden }];
  if (!head.trained) return { loss: withSlopes(b, loss, stated), correct, last: toHidden };
  const scatter = {
    kind: 'scatterAdd',
    rows: head.matrix.shape[0] ?? 1,
  } as const;
  const toMatrix = b.sub(
    b.matmul(dense, b.mul(hidden, column(weights)), { transposeA: true }),
    b.apply(scatter, b.mul(hidden, atLabel), labels),
  );
  stated.push({ of: head.matrix, slope: toMatrix });
  return { loss: withSlopes(b, loss, stated), correct, last: toMatrix };
}
