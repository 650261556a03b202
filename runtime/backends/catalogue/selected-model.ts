import {
  embeddingLayoutSchema,
  modelEntrySchema,
  modelKindSchema,
  parseHubReference,
  type HubReference,
  type ModelEntry,
  type ModelFacts,
} from '@graft/graph';
import { z } from 'zod';

/**
 * A model of the hub that is worth choosing. Its id is a reference; the hub states digests and the commit once it is
 * looked up. Everything else here is for choosing before that.
 */
export const selectedModelSchema = z.strictObject({
  id: z.string().refine((id) => parseHubReference(id)?.quant !== undefined, 'Name the precision'),
  title: modelEntrySchema.shape.title,
  kind: modelKindSchema,
  format: modelEntrySchema.shape.format,
  architecture: modelEntrySchema.shape.architecture,
  /** Number of its weights, rounded. */
  parameters: z.number().int().positive(),
  /** Tokens. */
  contextLength: z.number().int().positive(),
  /** Vector width, for embedders. */
  dimension: z.number().int().positive().optional(),
  /** Bytes of all files, approximately. */
  size: z.number().int().positive(),
  licence: z.strictObject({
    id: modelEntrySchema.shape.licence.shape.id,
    /** Where it is read. */
    url: z.url({ protocol: /^https$/ }),
    consent: z.boolean(),
  }),
  /** How an embedder makes vectors. */
  embedding: embeddingLayoutSchema.optional(),
  /** What was verified of it, and what was not: one sentence. */
  tested: z.string().regex(/^[A-Z].*\.$/),
});
export type SelectedModel = z.infer<typeof selectedModelSchema>;

/** Facts of a model whose digest may not be known yet. */
export type OfferedFacts = Omit<ModelFacts, 'digest' | 'unpinned'>;

/**
 * The selected model of a reference's repository. Its licence and layout also hold for the other files and precisions
 * there.
 */
export function findSelected(
  selection: readonly SelectedModel[],
  { repo }: Pick<HubReference, 'repo'>,
): SelectedModel | undefined {
  const name = repo.toLowerCase();
  return selection.find(({ id }) => parseHubReference(id)?.repo.toLowerCase() === name);
}

/**
 * An entry read from a repository, with what the selection knows of it: the licence, and the layout of an embedder as
 * far as no file states it, and the name of the very model that was offered. Empty prompts state none: sentence-transformers writes them for every model.
 */
export function withSelected(entry: ModelEntry, selected: SelectedModel | undefined): ModelEntry {
  if (selected === undefined) return entry;
  const { id, licence, embedding } = selected;
  const known = { ...entry, licence, ...(entry.id === id ? { title: selected.title } : {}) };
  if (entry.kind !== 'embedder' || embedding === undefined) return known;
  const stated = entry.embedding ?? embedding;
  const { question, passage } = stated.prompts;
  const prompts = question === '' && passage === '' ? embedding.prompts : stated.prompts;
  return { ...known, embedding: { ...stated, prompts } };
}

/** What people choose by before it is looked up. */
export function selectedFacts(model: SelectedModel): OfferedFacts {
  const { id, title, kind, format, architecture, parameters, contextLength, size } = model;
  return {
    ...{ id, title, kind, format, architecture, parameters, contextLength, size },
    ...(model.dimension === undefined ? {} : { dimension: model.dimension }),
    ...(model.embedding === undefined ? {} : { embedding: model.embedding }),
    source: id,
  };
}
