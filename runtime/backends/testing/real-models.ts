import { createCatalogue, defaultModelsFolder, type Catalogue } from '../catalogue/index.ts';
import type { ModelEntry, ModelSource } from '@graft/graph';
import { fileAt, weightsOf, type LlamaFile } from '../llama/llama-file.ts';

/** The person's own catalogue: tests run on real models, downloaded once into the user's cache. */
export function realCatalogue(): Catalogue {
  return createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
}

export const embedderId = 'all-MiniLM-L6-v2';
export const languageModelId = 'SmolLM2-135M-Instruct';
export const crossEncoderId = 'ms-marco-MiniLM-L6-v2';

/** Fetches a real model and says where it lies. */
export async function realModel(id: string): Promise<{ entry: ModelEntry; folder: string }> {
  const catalogue = realCatalogue();
  const folder = await catalogue.fetch(id);
  return { entry: catalogue.entry(id), folder };
}

/** The catalogue's language model, as it arrives at an input. */
export function languageModelSource(): ModelSource {
  const digest = realCatalogue().lookup(languageModelId)?.digest ?? '';
  return { id: languageModelId, digest };
}

/** The same model's file, fetched. */
export async function languageModelFile(): Promise<LlamaFile> {
  return fileAt(languageModelSource(), weightsOf(await realCatalogue().open(languageModelId)));
}

/** Generous: a first run downloads, on a slow machine that others use as well. */
export const modelTestTimeout = 240_000;

/** A signal that nothing aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** Dot product of unit vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (b[at] ?? 0))), 0);
}
