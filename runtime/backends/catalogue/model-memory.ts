import type { ModelFacts } from '@graft/graph';

/**
 * Weights of an ONNX session as unpacked by onnxruntime, and its working memory, in parts of the file size. Seen with
 * all-MiniLM-L6-v2 and full batches: 2.9.
 */
const onnxOverhead = 2.6;

/** Bytes that a model takes once it is loaded: of a language model the weights alone, whose contexts come on top. */
export function modelMemory({ format, size }: Pick<ModelFacts, 'format' | 'size'>): number {
  return format === 'onnx' ? size * onnxOverhead : size;
}
