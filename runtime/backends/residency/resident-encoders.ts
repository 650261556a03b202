import {
  promptFor,
  type CrossEncoder,
  type Embedder,
  type EmbedderUse,
  type ModelEntry,
} from '@graft/graph';
import type { ModelRequest } from './model-request.ts';
import type { ModelLoader, ModelResidency } from './model-residency.ts';

type Embeds = Pick<Embedder, 'dimension' | 'device'> & {
  /** `prompt` stands before each text. */
  embed(texts: readonly string[], signal: AbortSignal, prompt: string): Promise<Float32Array[]>;
};

/** What every engine's embedders have in common, loaded again for a use where they were unloaded. */
export async function residentEmbedder<Value extends Embeds>(
  residency: ModelResidency<Value>,
  loader: ModelLoader<Value>,
  { entry, signal, use }: Pick<ModelRequest, 'entry' | 'signal'> & { readonly use: EmbedderUse },
): Promise<Omit<Embedder, 'embedTokens'>> {
  const facts = await residency.use(loader, signal, ({ dimension, device }) => ({
    dimension,
    device,
  }));
  const prompt = promptBefore(entry, use);
  return {
    ...facts,
    model: entry.id,
    embed: (texts, signal) =>
      residency.use(loader, signal, (it) => it.embed(texts, signal, prompt)),
  };
}

/** The prompt of a use, else the one that the model has for it. */
function promptBefore({ embedding }: ModelEntry, { prompt = '', texts }: EmbedderUse): string {
  return prompt === '' ? promptFor(embedding, texts ?? 'passages') : prompt;
}

/** A cross-encoder, loaded again for a use where it was unloaded. */
export async function residentCrossEncoder<Value extends CrossEncoder>(
  residency: ModelResidency<Value>,
  loader: ModelLoader<Value>,
  { entry, signal }: Pick<ModelRequest, 'entry' | 'signal'>,
): Promise<CrossEncoder> {
  const device = await residency.use(loader, signal, (it) => it.device);
  return {
    device,
    model: entry.id,
    score: (query, passages, signal) =>
      residency.use(loader, signal, (it) => it.score(query, passages, signal)),
  };
}
