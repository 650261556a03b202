import { readGgufHeader } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';
import { readsQuicker } from '../llama/reading-speed.ts';

/** Of Q8_0: 32 weights of a byte each, and their scale of two bytes. */
const bytesPerWeight = 34 / 32;

/** Bytes that a GGUF file takes in the encoding that a CPU reads fastest, its header aside. Throws `damaged-file`. */
export async function quickSizeOf({ path }: { readonly path: string }): Promise<number> {
  const { tensors } = await readableHeader(path, readGgufHeader);
  const sizes = tensors.map((tensor) =>
    readsQuicker(tensor)
      ? tensor.shape.reduce((product, axis) => product * axis, bytesPerWeight)
      : tensor.bytes,
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0));
}
