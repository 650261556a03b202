import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterGguf, GraphError, type WeightedAdapter } from '@graft/graph';
import type { LlamaFile } from './llama-file.ts';

/** An adapter's file for llama.cpp. */
export interface AdapterFile {
  readonly id: string;
  readonly filePath: string;
  /** Bytes. */
  readonly size: number;
}

/** An adapter as llama.cpp applies it. */
export interface LlamaAdapter extends AdapterFile {
  /** Weight; multiplies the file's own α/rank. */
  readonly scale: number;
}

/**
 * The adapter files, in order, or what `opened` returns for each. An adapter given twice counts once with both weights;
 * weight 0 is left out. Throws `bad-model` if an adapter does not fit the base, `missing-file` if it lacks its file.
 */
export async function llamaAdapters(
  base: LlamaFile,
  adapters: readonly WeightedAdapter[],
  opened: (file: AdapterFile) => Promise<AdapterFile> = (file) => Promise.resolve(file),
): Promise<LlamaAdapter[]> {
  const byPath = new Map<string, LlamaAdapter>();
  for (const { path, info, weight } of adapters) {
    if (info.method === 'dora') {
      throw new GraphError(
        'bad-model',
        `the adapter "${info.id}" is a DoRA adapter, which llama.cpp cannot add to a model; merge it into ` +
          'the model first, with the node Merge into model',
      );
    }
    if (info.base.digest !== base.digest) {
      throw new GraphError(
        'bad-model',
        `the adapter "${info.id}" was trained on other weights of "${info.base.id}" than "${base.id}" has; ` +
          'use the base model that it was trained on',
      );
    }
    const filePath = join(path, adapterGguf);
    const { size } = await stat(filePath).catch((cause: unknown) => {
      throw new GraphError('missing-file', `the adapter "${info.id}" has no ${adapterGguf}`, {
        cause,
      });
    });
    if (weight === 0) continue;
    const file = await opened({ id: info.id, filePath, size });
    const scale = weight + (byPath.get(file.filePath)?.scale ?? 0);
    byPath.set(file.filePath, { ...file, scale });
  }
  return [...byPath.values()].filter(({ scale }) => scale !== 0);
}

/** Equal for adapters with the same effect. */
export function adaptersKey(adapters: readonly LlamaAdapter[]): string {
  return adapters.map(({ filePath, scale }) => `${scale} ${filePath}`).join('\n');
}

/**
 * Error for an adapter that could not be applied; undefined if the failure was not about one: messages name the file.
 */
export function adapterError(
  adapters: readonly LlamaAdapter[],
  cause: unknown,
  complaint: string | undefined,
): GraphError | undefined {
  const message = cause instanceof Error ? cause.message : String(cause);
  const adapter = adapters.find(({ filePath }) => message.includes(filePath));
  if (adapter === undefined) return undefined;
  const reason = complaint?.replace(/^failed to apply lora adapter: /, '') ?? message;
  return new GraphError(
    'bad-model',
    `Graft cannot apply the adapter "${adapter.id}": ${reason}. Train or import it again`,
    { cause },
  );
}
