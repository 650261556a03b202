import {
  modelEntrySchema,
  modelKindSchema,
  parseHubReference,
  type HubReference,
  type ModelEntry,
  type ModelFacts,
} from '@graft/graph';
import { z } from 'zod';

/** How an embedder makes a vector of a text. Prompts stand before the text, literally. */
const embedderSchema = z.strictObject({
  pooling: z.enum(['mean', 'cls', 'last-token']),
  query: z.string(),
  passage: z.string(),
});

/**
 * What some embedders and cross-encoders ask of an engine. `late-positions`: those of XLM-R begin at 2, so that it reads
 * two tokens fewer than it has positions.
 */
const featureSchema = z.enum([
  'pooling',
  'prompts',
  'dense-layers',
  'late-positions',
  'gguf-vectors',
  'gguf-scores',
]);

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
  embedder: embedderSchema.optional(),
  /** What was verified of it, and what was not: one sentence. */
  tested: z.string().regex(/^[A-Z].*\.$/),
  /** What it asks of the engine beyond every model of its kind. */
  needs: z.array(featureSchema).default([]),
});
export type SelectedModel = z.infer<typeof selectedModelSchema>;

/** What the engines have of it; a model that needs more is not offered. */
const engineFeatures: ReadonlySet<z.infer<typeof featureSchema>> = new Set();

export function isRunnable({ needs }: Pick<SelectedModel, 'needs'>): boolean {
  return needs.every((feature) => engineFeatures.has(feature));
}

/** Facts of a model whose digest may not be known yet. */
export type OfferedFacts = Omit<ModelFacts, 'digest' | 'unpinned'>;

/**
 * The licence that a reference's repository has, as far as the selection knows it: also of its other files and
 * precisions, since consent is to a licence.
 */
export function selectedLicence(
  selection: readonly SelectedModel[],
  { repo }: Pick<HubReference, 'repo'>,
): ModelEntry['licence'] | undefined {
  const name = repo.toLowerCase();
  return selection.find(({ id }) => parseHubReference(id)?.repo.toLowerCase() === name)?.licence;
}

/** What people choose by before it is looked up. */
export function selectedFacts(model: SelectedModel): OfferedFacts {
  const { id, title, kind, format, architecture, parameters, contextLength, size } = model;
  return {
    ...{ id, title, kind, format, architecture, parameters, contextLength, size },
    ...(model.dimension === undefined ? {} : { dimension: model.dimension }),
    source: id,
  };
}
