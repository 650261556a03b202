import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { Application } from './derivative-rules.ts';

/**
 * Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). Inside a segment the
 * derivative reads copies recomputed from the segment's inputs, so that the originals need not outlive the forward
 * pass. Values that leave a segment, or are kept, are its checkpoints and read directly.
 */
export class Recomputation {
  readonly #copies = new Map<string, Value>();
  /** For each segment, a gradient that exists once its derivative begins. */
  readonly #triggers = new Map<string, Value>();
  readonly #b: Builder;
  readonly #exits: ReadonlySet<number>;

  constructor(b: Builder, forward: readonly Value[]) {
    this.#b = b;
    this.#exits = segmentExits(forward);
  }

  /** The op application to differentiate; unused copies are dropped with other dead values. */
  application(value: Value, gradient: Value): Omit<Application, 'wanted'> {
    const { segment } = value;
    if (segment !== undefined && !this.#triggers.has(segment))
      this.#triggers.set(segment, gradient);
    const restore = (read: Value): Value =>
      segment === undefined ? read : this.#restore(read, segment);
    return {
      op: value.op,
      inputs: value.inputs.map(restore),
      output: () => restore(value),
      outputShape: value.shape,
    };
  }

  #restore(value: Value, segment: string): Value {
    const stays = this.#exits.has(value.id) || this.#b.isKept(value);
    if (stays && value.segment === segment) return value;
    const key = `${segment} ${value.id}`;
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const copy =
      value.segment === segment ? this.#copy(value, segment) : this.#entry(value, segment);
    this.#copies.set(key, copy);
    return copy;
  }

  #copy(value: Value, segment: string): Value {
    if (value.inputs.length === 0) return value;
    const inputs = value.inputs.map((input) => this.#restore(input, segment));
    return this.#b.scope('recompute', () => this.#b.clone(value, inputs));
  }

  /** Delayed until the segment's gradient exists: recomputed earlier, copies would save no memory. */
  #entry(value: Value, segment: string): Value {
    const trigger = this.#triggers.get(segment);
    if (trigger === undefined || value.dtype !== 'f32' || value.inputs.length === 0) return value;
    return this.#b.apply({ kind: 'after' }, value, trigger);
  }
}

/** Values made in a segment and read outside it. */
function segmentExits(forward: readonly Value[]): ReadonlySet<number> {
  const exits = new Set<number>();
  for (const value of forward) {
    for (const input of value.inputs) {
      if (input.segment !== undefined && input.segment !== value.segment) exits.add(input.id);
    }
  }
  const last = forward.at(-1);
  if (last !== undefined) exits.add(last.id);
  return exits;
}
