import { expect, it } from 'vitest';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { Random } from '../optimizer/random.ts';
import { attention, attentionMasks, attentionRotations } from './attention.ts';

/** Longer than two blocks of queries, and no multiple of one. */
const length = 300;
const heads = 2;
const head = 2;
const random = new Random(9);
const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => 2 * random.next() - 1);
const feeds = {
  q: numbers(length * heads * head),
  k: numbers(length * head),
  v: numbers(length * head),
  segments: Int32Array.from({ length }, (_, i) => (i < 170 ? 0 : 1)),
};

/** One query's answer, place by place. */
function expected(row: number, at: number, window: number): number[] {
  const { q, k, v, segments } = feeds;
  const seen = Array.from({ length: row + 1 }, (_, column) => column).filter(
    (column) => segments[column] === segments[row] && row - column < window,
  );
  const part = (data: Float32Array, start: number): Float32Array =>
    data.subarray(start, start + head);
  const query = part(q, (row * heads + at) * head);
  const weights = seen.map((column) =>
    Math.exp(query.reduce((sum, x, i) => sum + x * (part(k, column * head)[i] ?? NaN), 0)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: head }, (_, i) =>
    seen.reduce((sum, column, j) => {
      return sum + ((weights[j] ?? NaN) / total) * (v[column * head + i] ?? NaN);
    }, 0),
  );
}

it.each([
  ['all before it', undefined],
  ['a window', 140],
])('lets each place of several blocks see %s, within its text', async (_, window) => {
  const b = new Builder();
  const masks = attentionMasks(
    b,
    b.input('segments', { shape: [1, length], dtype: 'i32' }),
    window,
  );
  const angles = [length, head / 2];
  const rotation = {
    cosine: b.constant(new Float32Array((length * head) / 2).fill(1), angles),
    sine: b.constant(new Float32Array((length * head) / 2), angles),
    paired: false,
  };
  const y = attention(
    b,
    {
      q: b.input('q', { shape: [1, length, heads, head] }),
      k: b.input('k', { shape: [1, length, 1, head] }),
      v: b.input('v', { shape: [1, length, 1, head] }),
    },
    {
      rotations: attentionRotations(b, rotation, 1),
      blocks: masks.sliding,
      softCap: undefined,
      keepHeads: (value) => value,
      keepProbabilities: (value) => value,
    },
  );
  await using executable = await (
    await onnxExecutor({ device: 'cpu', threads: 1 })
  ).compile(b.build({ y }));
  const result = (await executable.run(feeds))['y'] ?? new Float32Array();
  for (let row = 0; row < length; row++) {
    for (let at = 0; at < heads; at++) {
      const start = (row * heads + at) * head;
      expected(row, at, window ?? length).forEach((x, i) =>
        expect(result[start + i]).toBeCloseTo(x, 5),
      );
    }
  }
});
