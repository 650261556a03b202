import type { Value } from '../ir/op.ts';
import { type Program, weightUses, type WeightUse } from '../ir/program.ts';
import type { Provider } from './emitter.ts';
import { Lowering } from './lowering.ts';

/**
 * The whole program as a model; `bindWeight` emits what a frozen tensor is read from. onnxruntime computes what
 * the last node without readers needs first, then the one before it: results are written last, in the reverse of
 * the program's order, so that a gradient is taken when its place in the backward pass is reached and what it
 * reads is freed.
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
