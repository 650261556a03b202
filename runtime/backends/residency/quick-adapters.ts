import { GraphError } from '@graft/graph';
import { hashFile } from '@graft/kit';
import { ConvertedModels } from '../catalogue/converted-models.ts';
import type { AdapterFile } from '../llama/llama-adapters.ts';
import { quickRankOf, quickRankVersion } from '../llama/quick-rank.ts';
import type { LanguageModelRequest } from './model-request.ts';

/** Writes a GGUF adapter to `to` with a larger rank and the same effect. */
export type WidenAdapter = (
  from: string,
  to: string,
  options: { readonly rank: number; readonly signal: AbortSignal },
) => Promise<void>;

/** Adapters in the rank that a CPU runs fastest, converted if needed and kept like models. */
export class QuickAdapters {
  readonly #made: ConvertedModels;
  readonly #widen: WidenAdapter;

  constructor(modelsFolder: string, widen: WidenAdapter) {
    this.#made = new ConvertedModels(modelsFolder);
    this.#widen = widen;
  }

  /** The file to load instead of the given one, possibly the same. */
  async open(
    given: AdapterFile,
    { signal, progress }: Pick<LanguageModelRequest, 'signal' | 'progress'>,
  ): Promise<AdapterFile> {
    const { id, filePath } = given;
    const rank = await quickRankOf(filePath);
    if (rank === undefined) return given;
    const { digest } = await hashFile(filePath, signal);
    const { path, size } = await this.#made.open(
      {
        ...{ id, digest, form: `a copy of rank ${String(rank)}`, version: quickRankVersion },
        write: (to, hooks) => this.#widen(filePath, to, { rank, signal: hooks.signal }),
        verify: async () => {
          if ((await hashFile(filePath)).digest !== digest) throw changed(id);
        },
      },
      { signal, progress },
    );
    return { id, filePath: path, size };
  }
}

function changed(id: string): GraphError {
  return new GraphError(
    'input-changed',
    `the adapter "${id}" changed while Graft read it; run again when nothing writes to it`,
  );
}
