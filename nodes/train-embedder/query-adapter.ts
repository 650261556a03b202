import {
  type EmbeddedTexts,
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
  const pairs = [...train, ...evaluation];
  const questions = new Places(pairs.map(({ question }) => question.question));
  const passages = new Places(
    pairs.flatMap(({ passage, negatives }) => [passage, ...negatives].map(searchedText)),
  );
  const placed = (some: readonly QuestionPassages[]): TextPair<number>[] =>
    some.map(({ question, passage, negatives }) => ({
      question: questions.of(question.question),
      passage: questions.size + passages.of(searchedText(passage)),
      negatives: negatives.map((each) => questions.size + passages.of(searchedText(each))),
    }));
  const { vectors, dimension } = await embedAll(ctx, base, { questions, passages });
  const training = await ctx.backends.training();
  const { id, digest, architecture, contextLength } = base;
  const model = { id, digest, architecture, contextLength };
  return training.trainQueryAdapter(
    {
      ...{ ...settings, model, vectors, dimension },
      ...{ train: placed(train), evaluation: placed(evaluation) },
    },
    hooks,
  );
}

/** Texts, each once, by place. */
class Places {
  readonly texts: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(texts: readonly string[]) {
    this.texts = [...new Set(texts)];
    this.#places = new Map(this.texts.map((text, place) => [text, place]));
  }

  get size(): number {
    return this.texts.length;
  }

  of(text: string): number {
    return this.#places.get(text) ?? 0;
  }
}

/** Concatenated vectors of the questions, then of the passages, cached for the next training on the same texts. */
async function embedAll(
  ctx: RunContext,
  { id }: ModelFacts,
  texts: Readonly<Record<EmbeddedTexts, Places>>,
): Promise<Pick<QueryAdapterRequest, 'vectors' | 'dimension'>> {
  const { dimension } = await ctx.backends.embedder(id);
  const total = texts.questions.size + texts.passages.size;
  const vectors = new Float32Array(total * dimension);
  let done = 0;
  for (const kind of ['questions', 'passages'] as const) {
    const embedder = await ctx.backends.embedder(id, { texts: kind });
    const memo = await ctx.memo(`vectors of ${kind}`, vectorSchema, (batch) =>
      embedder.embed(batch, ctx.signal),
    );
    const all = texts[kind].texts;
    for (let start = 0; start < all.length; start += slice) {
      const batch = all.slice(start, start + slice);
      await memo.fill(batch);
      for (const text of batch) {
        vectors.set(await memo.get(text), done * dimension);
        done += 1;
      }
      ctx.progress({ done, total, unit: 'texts', message: 'embedding' });
    }
  }
  return { vectors, dimension };
}
