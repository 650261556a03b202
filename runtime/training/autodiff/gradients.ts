import { GraphError } from '@graft/graph';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import { inputGradients } from './derivative-rules.ts';
import { Recomputation } from './recomputation.ts';

/**
 * Reverse-mode derivative of a scalar by `wanted`, appended to the same builder. Differentiates only what leads to a
 * wanted tensor: frozen weights cost no gradient. A tensor that the loss does not depend on gets zeros.
 */
export function gradients(b: Builder, loss: Value, wanted: readonly Value[]): readonly Value[] {
  if (loss.shape.some((axis) => axis !== 1) || loss.dtype !== 'f32') {
    throw new GraphError(
      'internal',
      `the loss is ${loss.dtype} [${loss.shape.join(', ')}], not a scalar`,
      {
        audience: 'developer',
      },
    );
  }
  const forward = ancestors(loss);
  const leads = new Set(wanted.map((value) => value.id));
  for (const value of forward) {
    if (value.dtype === 'f32' && value.inputs.some((input) => leads.has(input.id))) {
      leads.add(value.id);
    }
  }
  const parts = new Map<number, Value[]>();
  if (leads.has(loss.id)) {
    parts.set(loss.id, [b.broadcast(b.scalar(1), loss.shape)]);
  }
  const recomputation = new Recomputation(b, forward);
  const result = new Map<number, Value>();
  for (const value of forward.toReversed()) {
    const received = parts.get(value.id);
    if (received === undefined) continue;
    const gradient = received.reduce((sum, part) => b.add(sum, part));
    parts.delete(value.id);
    result.set(value.id, gradient);
    if (value.inputs.length === 0) continue;
    const restored = recomputation.application(value, gradient);
    const flows = b.scope('gradient', () =>
      inputGradients(
        b,
        { ...restored, wanted: (i) => leads.has(value.inputs[i]?.id ?? -1) },
        gradient,
      ),
    );
    flows.forEach((flow, i) => {
      const input = value.inputs[i];
      if (flow === undefined || input === undefined || !leads.has(input.id)) return;
      parts.set(input.id, [...(parts.get(input.id) ?? []), flow]);
    });
  }
  return wanted.map((value) => result.get(value.id) ?? b.broadcast(b.scalar(0), value.shape));
}

/** All values that the value is computed from, itself last, in order of computation. */
function ancestors(root: Value): readonly Value[] {
  const found = new Map<number, Value>();
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (found.has(value.id)) continue;
    found.set(value.id, value);
    pending.push(...value.inputs);
  }
  return [...found.values()].sort((x, y) => x.id - y.id);
}
