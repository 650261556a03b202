import type { PreparedExample } from './prepared-example.ts';

/** A row of a batch: one example, or several that do not see each other. */
export interface Row {
  /** Indices of its examples, in order. */
  readonly examples: readonly number[];
  /** Number of input tokens. */
  readonly length: number;
  /** Number of tokens that the loss counts. */
  readonly trained: number;
}

/**
 * Arranges examples in rows. With packing, each goes to the fullest row with room for it, longest first (best fit
 * decreasing), so that rows are the same in every epoch and only their order changes.
 */
export function layOutRows(
  examples: readonly PreparedExample[],
  options: { readonly packing: boolean; readonly maxLength: number },
): Row[] {
  const single = examples.map(({ inputs, trained }, index): Row => ({
    examples: [index],
    length: inputs.length,
    trained,
  }));
  return options.packing ? packed(single, options.maxLength) : single;
}

function packed(single: readonly Row[], capacity: number): Row[] {
  const longestFirst = single.toSorted((a, b) => b.length - a.length);
  /** Unfinished rows by remaining room. */
  const open = Array.from({ length: capacity + 1 }, (): Row[] => []);
  for (const row of longestFirst) {
    let room = row.length;
    while (room < capacity && open[room]?.length === 0) room++;
    const target = open[room]?.pop();
    const joined = target === undefined ? row : join(target, row);
    open[capacity - joined.length]?.push(joined);
  }
  return open.flat();
}

function join(one: Row, other: Row): Row {
  return {
    examples: [...one.examples, ...other.examples],
    length: one.length + other.length,
    trained: one.trained + other.trained,
  };
}
