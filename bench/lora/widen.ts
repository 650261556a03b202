import { encode, loadWeight, readGguf, sourceOf, writeGguf } from '@graft/training/formats';

/** Writes a GGUF file's model again with all its tensors as f32. */
export async function widen(from: string, to: string): Promise<void> {
  const file = await readGguf(from);
  const tensors = [...file.tensors.values()].map((entry) => ({
    name: entry.name,
    shape: entry.shape,
    encoding: 'f32' as const,
    bytes: async () => encode('f32', await loadWeight(sourceOf(entry), entry.shape)),
  }));
  await writeGguf(to, file.metadata, tensors);
}
