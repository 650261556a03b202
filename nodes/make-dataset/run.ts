import {
  type Chunk,
  GraphError,
  implement,
  type ModelRef,
  type Question,
  RowIds,
  type RunContext,
  seededOrder,
  sha256,
} from '@graft/graph';
import { tellTokens, tooSmall } from '../kit/asking/ask-model.ts';
import { Duplicates } from './duplicates.ts';
import { keepAgreeing, keepAnswerable } from './keep-answerable.ts';
import { ModelAsker, type Candidate, type Making } from './model-asker.ts';
import { makeDataset } from './node.ts';
import { Tally } from './tally.ts';
import { distract, paraphrase } from './vary-questions.ts';
import { writeQuestions } from './write-questions.ts';

export const run = implement(makeDataset, async (ctx, { chunks, model }, params) => {
  const read = await chunks.all();
  if (read.length === 0) {
    throw new GraphError('bad-input', 'No chunks arrived. Connect the chunks of a Chunk node.', {
      location: { node: ctx.node, port: 'chunks' },
    });
  }
  tellSize(ctx, model.info);
  const tally = new Tally(read);
  const making: Making = { ctx, params, tally, asker: new ModelAsker(ctx, model, params) };
  const duplicates = new Duplicates(params.similarity);
  const fresh = (candidates: readonly Candidate[]): Candidate[] =>
    candidates.filter((candidate) => {
      if (!duplicates.has(candidate)) return true;
      tally.add(candidate.chunk, 'duplicates');
      return false;
    });

  const written = await writeQuestions(making, read);
  const originals = fresh(await keepAnswerable(making, written, read));
  const paraphrases = fresh(await keepAgreeing(making, await paraphrase(making, originals)));
  const distractors = await distract(making, originals);

  const kept = inOrder(read, originals, paraphrases);
  for (const { chunk } of kept) tally.add(chunk, 'questions');
  tellTokens(ctx);
  report(making);
  const ids = new RowIds();
  const questions = kept.map((candidate): Question => {
    const { chunk, question, reference, of } = candidate;
    const { path } = chunk.source;
    const wrong = distractors.get(of ?? candidate);
    return {
      // By its content, not its position, so that it stays when other questions come or go.
      id: ids.own(`${path}-${sha256(question).slice(0, 8)}`),
      question,
      ...(reference === undefined
        ? { answerable: false }
        : { reference, documents: [path], answerable: true }),
      ...(reference === undefined || wrong === undefined
        ? {}
        : { choices: seededOrder([reference, ...wrong], params.seed) }),
      ...(of === undefined ? {} : { paraphraseOf: of.question }),
    };
  });
  const metrics = tally.rows({
    paraphrases: paraphrases.length,
    unanswerable: questions.filter(({ answerable }) => answerable === false).length,
    withChoices: questions.filter(({ choices }) => choices !== undefined).length,
  });
  return { questions, metrics };
});

/** Chunk by chunk, each question followed by its paraphrases. */
function inOrder(
  chunks: readonly Chunk[],
  originals: readonly Candidate[],
  paraphrases: readonly Candidate[],
): Candidate[] {
  const ofChunk = grouped(originals, ({ chunk }) => chunk);
  const ofOriginal = grouped(paraphrases, ({ of }) => of);
  return chunks
    .flatMap((chunk) => ofChunk.get(chunk) ?? [])
    .flatMap((original) => [original, ...(ofOriginal.get(original) ?? [])]);
}

function grouped<Key>(
  candidates: readonly Candidate[],
  keyOf: (candidate: Candidate) => Key,
): ReadonlyMap<Key, readonly Candidate[]> {
  const groups = new Map<Key, Candidate[]>();
  for (const candidate of candidates) {
    const key = keyOf(candidate);
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return groups;
}

/** Warns that the model is too small, if its parameter count is known. */
function tellSize(ctx: RunContext, model: ModelRef): void {
  const small = tooSmall(ctx, model);
  if (small === undefined) return;
  ctx.log(
    'warning',
    `"${model.id}" is ${small}, so even the questions that pass the checks are poor. Connect a model with a few billion parameters; use this one only to try out the graph.`,
  );
}

/** Logs how much was kept; throws `bad-input` if nothing was. */
function report({ ctx, tally }: Making): void {
  const { counts, unparseableReplies } = tally;
  const { written, questions } = counts;
  const left = [
    [
      counts.faulty,
      'have no answer, a cut-off answer, give the answer away, or mention the passage',
    ],
    [counts.notAnswerable, 'have an answer that their chunk does not support'],
    [counts.answerableAfterAll, 'were written to have no answer, but a chunk may answer them'],
    [counts.duplicates, 'repeat another question'],
  ] as const;
  const reasons = left.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const found = `Of ${written} questions that the model wrote, ${questions === 0 ? 'none is' : `${questions} are`} kept${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}.`;
  const unread =
    unparseableReplies === 0 ? '' : `${unparseableReplies} of its replies had nothing usable.`;
  if (questions === 0) {
    throw new GraphError(
      'bad-input',
      `${[found, unread].filter(Boolean).join(' ')} Connect a larger model, or change the prompts.`,
      { location: { node: ctx.node, port: 'model' } },
    );
  }
  ctx.log('info', found);
  if (unread !== '') ctx.log('warning', unread);
}
