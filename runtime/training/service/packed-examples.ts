import type { TrainingExample } from '@graft/graph';

/** Examples as a few typed arrays, which cross a process border without being taken apart number by number. */
export interface PackedExamples {
  readonly ids: readonly string[];
  /** Where each ends in `tokens` and `trained`. */
  readonly ends: Int32Array;
  readonly tokens: Int32Array;
  readonly trained: Uint8Array;
}

export function packExamples(examples: readonly TrainingExample[]): PackedExamples {
  const size = examples.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const packed = {
    ids: examples.map(({ id }) => id),
    ends: new Int32Array(examples.length),
    tokens: new Int32Array(size),
    trained: new Uint8Array(size),
  };
  let end = 0;
  for (const [i, { tokens, trained }] of examples.entries()) {
    packed.tokens.set(tokens, end);
    packed.trained.set(trained.slice(0, tokens.length), end);
    end += tokens.length;
    packed.ends[i] = end;
  }
  return packed;
}

export function unpackExamples({ ids, ends, tokens, trained }: PackedExamples): TrainingExample[] {
  return ids.map((id, i) => {
    const [start, end] = [i === 0 ? 0 : (ends[i - 1] ?? 0), ends[i] ?? 0];
    return {
      id,
      tokens: Array.from(tokens.subarray(start, end)),
      trained: Array.from(trained.subarray(start, end), (one) => (one === 1 ? 1 : 0)),
    };
  });
}
