import {
  embeddingLayoutSchema,
  modelEntrySchema,
  modelKindSchema,
  parseHubReference,
  poolingSchema,
  type EmbeddingLayout,
  type HubReference,
  type ModelEntry,
  type ModelFacts,
} from '@graft/graph';
import { z } from 'zod';

/** How an embedder makes a vector of a text, where its files do not say it. Prompts stand before the text, literally. */
const embedderSchema = z.strictObject({
  pooling: poolingSchema,
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

type Feature = z.infer<typeof featureSchema>;

/**
 * What the engines have of it for a model of the selection. Not dense layers: they run, but nobody has verified that the
 * repository of a model here has their weights where Graft looks for them.
 */
const engineFeatures: ReadonlySet<Feature> = new Set([
  ...(['pooling', 'prompts', 'late-positions', 'gguf-vectors', 'gguf-scores'] as const),
]);

/** What a model needs that Graft does not have for it. */
export function lackingFeatures({ needs }: Pick<SelectedModel, 'needs'>): readonly Feature[] {
  return needs.filter((feature) => !engineFeatures.has(feature));
}

/** Whether it is offered. */
export function isRunnable(model: Pick<SelectedModel, 'needs'>): boolean {
  return lackingFeatures(model).length === 0;
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
  return selectedFrom(selection, repo)?.licence;
}

/**
 * How the embedder of a reference's repository makes vectors: as its files say, and what they do not say as the selection
 * knows it. Without it a model would be pooled by the mean, and lack the prompts that it was trained with.
 */
export function selectedLayout(
  selection: readonly SelectedModel[],
  { repo }: Pick<HubReference, 'repo'>,
  stated: EmbeddingLayout | undefined,
): EmbeddingLayout | undefined {
  const known = selectedFrom(selection, repo)?.embedder;
  if (known === undefined) return stated;
  const { pooling, query, passage } = known;
  const layout = stated ?? embeddingLayoutSchema.parse({ pooling: [pooling] });
  const { prompts } = layout;
  const hasPrompts = prompts.question !== '' || prompts.passage !== '';
  return hasPrompts ? layout : { ...layout, prompts: { question: query, passage } };
}

/** An entry of the hub with what the selection knows of its repository: its terms, and how it makes vectors. */
export function withSelected(
  selection: readonly SelectedModel[],
  reference: Pick<HubReference, 'repo'>,
  entry: ModelEntry,
): ModelEntry {
  const licence = selectedLicence(selection, reference) ?? entry.licence;
  const embedding =
    entry.kind === 'embedder' ? selectedLayout(selection, reference, entry.embedding) : undefined;
  return { ...entry, licence, ...(embedding === undefined ? {} : { embedding }) };
}

function selectedFrom(
  selection: readonly SelectedModel[],
  repo: string,
): SelectedModel | undefined {
  const name = repo.toLowerCase();
  return selection.find(({ id }) => parseHubReference(id)?.repo.toLowerCase() === name);
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
