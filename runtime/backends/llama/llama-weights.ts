import { GraphError } from '@graft/graph';
import type { LlamaModel } from 'node-llama-cpp';
import { stampOf } from '../catalogue/file-stamp.ts';
import { missingWeights, requireSoundHeader, type LlamaFile } from './llama-file.ts';
import type { LlamaRuntime } from './llama-runtime.ts';

/**
 * Loads a GGUF file; on a CPU reads it whole unless `mapped`. Aborting rejects at once and frees what is loaded meanwhile.
 */
export async function loadLlamaWeights(
  runtime: LlamaRuntime,
  file: LlamaFile,
  { signal, mapped = true }: { readonly signal: AbortSignal; readonly mapped?: boolean },
): Promise<LlamaModel> {
  const loading = runtime.llama.loadModel({
    modelPath: file.path,
    loadSignal: signal,
    ...(runtime.device === 'cpu' ? { gpuLayers: 0 } : {}),
    ...(mapped ? {} : { useMmap: false }),
  });
  let give: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(new GraphError('cancelled', 'cancelled while the model was loading'));
  });
  signal.addEventListener('abort', give, { once: true });
  if (signal.aborted) give();
  try {
    return await Promise.race([loading, aborted]);
  } catch (cause) {
    loading.then((model) => model.dispose()).catch(() => undefined);
    if (cause instanceof GraphError) throw cause;
    if (signal.aborted) throw new GraphError('cancelled', 'cancelled', { cause });
    throw await loadFailure(runtime, file, cause);
  } finally {
    signal.removeEventListener('abort', give);
  }
}

/** Only the vocabulary: a few megabytes. */
export async function loadLlamaVocabulary(
  runtime: LlamaRuntime,
  file: LlamaFile,
): Promise<LlamaModel> {
  try {
    await requireSoundHeader(file);
    return await runtime.llama.loadModel({ modelPath: file.path, vocabOnly: true });
  } catch (cause) {
    if (cause instanceof GraphError) throw cause;
    throw await loadFailure(runtime, file, cause);
  }
}

/** Of a file that is gone, as one of another tool may be at any time, llama.cpp says only that it cannot be loaded. */
async function loadFailure(
  runtime: LlamaRuntime,
  file: LlamaFile,
  cause: unknown,
): Promise<GraphError> {
  const complaint = await runtime.complaint();
  const isGone = (await stampOf(file.path)) === undefined;
  return isGone ? missingWeights(file, cause) : loadError(file.id, cause, complaint);
}

/** `complaint` is llama.cpp's logged error, if any. */
export function loadError(id: string, cause: unknown, complaint: string | undefined): GraphError {
  const message = complaint ?? (cause instanceof Error ? cause.message : String(cause));
  if (/memory|VRAM/i.test(message)) {
    return new GraphError(
      'out-of-memory',
      `"${id}" does not fit: ${message}. Choose a smaller model, a shorter context or fewer ` +
        'requests at once',
      { cause },
    );
  }
  return new GraphError('bad-model', `"${id}" cannot be loaded: ${message}`, { cause });
}
