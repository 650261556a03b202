import type { Value } from '../ir/op.ts';
import { type Program, weightUses, type WeightUse } from '../ir/program.ts';
import type { Provider } from './emitter.ts';
import { Lowering } from './lowering.ts';

/**
 * Lowers the whole program to a model; `bindWeight` emits the source of a frozen tensor. onnxruntime first computes
 * what the last node without readers needs, then the one before it. So results are written last, in reverse program
 * order: a gradient is taken during the backward pass, and what it reads is freed.
 */
export async function lower(
  program: Program,
  device: Provider,
  bindWeight: (
    lowering: Lowering,
    value: Value,
    weight: { readonly name: string; readonly use: WeightUse },
  ) => Promise<void>,
): Promise<{ model: Uint8Array; outputs: ReadonlyMap<string, string> }> {
  const lowering = new Lowering(program, device);
  const read = new Set(program.values.flatMap((value) => value.inputs));
  const uses = weightUses(program);
  const results = Object.entries(program.outputs).sort(([, x], [, y]) => y.id - x.id);
  const unread = new Set(results.map(([, value]) => value).filter((value) => !read.has(value)));
  for (const value of program.values) {
    if (value.op.kind === 'weight') {
      const use = uses.get(value) ?? 'other';
      await bindWeight(lowering, value, { name: value.op.name, use });
    } else if (value.inputs.length === 0 || !unread.has(value)) lowering.value(value);
  }
  const outputs = new Map<string, string>();
  for (const [name, value] of results) {
    if (value.inputs.length > 0 && unread.delete(value)) lowering.value(value);
    outputs.set(name, lowering.output(name, value));
  }
  return { model: lowering.model.finish(), outputs };
}
