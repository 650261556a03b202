import {
  type ModelFacts,
  type QueryAdapterRequest,
  type QueryAdapterResult,
  type RunContext,
  searchedText,
  type TextPair,
  type TrainingHooks,
  vectorSchema,
} from '@graft/graph';
import type { QuestionPassages } from '../kit/training/question-passages.ts';

/** Texts embedded between two reports. */
const slice = 64;

/** Data and settings of the training. */
interface Asked {
  readonly base: ModelFacts;
  readonly train: readonly QuestionPassages[];
  readonly evaluation: readonly QuestionPassages[];
  readonly settings: Omit<
    QueryAdapterRequest,
    'model' | 'vectors' | 'dimension' | 'train' | 'evaluation'
  >;
}

/** Trains a map for the vectors that the base gives to questions; embeds each text once. */
export async function trainMap(
  ctx: RunContext,
  { base, train, evaluation, settings }: Asked,
  hooks: TrainingHooks,
): Promise<QueryAdapterResult> {
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const placed = (pairs: readonly QuestionPassages[]): TextPair<number>[] =>
    pairs.map(({ question, passage, negatives }) => ({
      question: placeOf(question.question),
      passage: placeOf(searchedText(passage)),
      negatives: negatives.map((negative) => placeOf(searchedText(negative))),
    }));
  const pairs = { train: placed(train), evaluation: placed(evaluation) };
  const { vectors, dimension } = await embedAll(ctx, base.id, [...places.keys()]);
  const training = await ctx.backends.training();
  const { id, digest, architecture, contextLength } = base;
  const model = { id, digest, architecture, contextLength };
  return training.trainQueryAdapter({ ...settings, model, vectors, dimension, ...pairs }, hooks);
}

/** Concatenated vectors, cached for the next training on the same texts. */
async function embedAll(
  ctx: RunContext,
  model: string,
  texts: readonly string[],
): Promise<Pick<QueryAdapterRequest, 'vectors' | 'dimension'>> {
  const embedder = await ctx.backends.embedder(model);
  const { dimension } = embedder;
  const memo = await ctx.memo('vectors', vectorSchema, (batch) =>
    embedder.embed(batch, ctx.signal),
  );
  const vectors = new Float32Array(texts.length * dimension);
  for (let start = 0; start < texts.length; start += slice) {
    const batch = texts.slice(start, start + slice);
    await memo.fill(batch);
    for (const [at, text] of batch.entries()) {
      vectors.set(await memo.get(text), (start + at) * dimension);
    }
    const done = start + batch.length;
    ctx.progress({ done, total: texts.length, unit: 'texts', message: 'embedding' });
  }
  return { vectors, dimension };
}
