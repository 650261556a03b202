import { type Chunk, GraphError, sha256 } from '@graft/graph';
import { isAnswer, standsAlone, titleOf } from './answerability.ts';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import { type Params, type Candidate, isCutIn, type Making } from './model-asker.ts';
import { questionsIn } from './read-reply.ts';

/** A prompt about a chunk. */
interface Task {
  readonly chunk: Chunk;
  readonly answerable: boolean;
  readonly count: number;
}

/** Writes questions about each chunk: first those that it answers, then those that it does not. */
export async function writeQuestions(
  { ctx, params, asker, tally }: Making,
  chunks: readonly Chunk[],
): Promise<Candidate[]> {
  const tasks = [true, false].flatMap((answerable) =>
    chunks.map((chunk): Task => ({ chunk, answerable, count: share(chunk, answerable, params) })),
  );
  const asked = tasks.filter(({ count }) => count > 0);
  const replies = await asker.ask(
    asked.map(({ chunk, answerable, count }) => ({
      id: chunk.id,
      prompt: fillPrompt(answerable ? params.ask : params.askUnanswerable, {
        ...{ title: titleOf(chunk), passage: chunk.text, count },
      }),
    })),
    { temperature: params.temperature, doing: 'writing questions' },
  );
  const candidates: Candidate[] = [];
  const failed = new Map<string, string>();
  for (const [at, { chunk, answerable, count }] of asked.entries()) {
    const reply = replies[at];
    if (typeof reply !== 'object') {
      failed.set(chunk.id, reply ?? 'The model did not reply.');
      continue;
    }
    const written = questionsIn(reply.text).slice(0, count);
    if (written.length === 0) tally.unparseableReplies += 1;
    for (const { question, answer } of written) {
      const whole = !isCutIn(reply, answerable ? answer : question);
      if (whole && standsAlone(question) && (!answerable || isAnswer(answer, question))) {
        candidates.push({ chunk, question, ...(answerable ? { reference: answer } : {}) });
      } else tally.add(chunk, 'faulty');
    }
  }
  for (const [id, problem] of failed) ctx.log('warning', problem, id);
  const [first] = failed.values();
  if (first !== undefined && failed.size === chunks.length && candidates.length === 0) {
    throw new GraphError(
      'bad-input',
      `The model could not write about any chunk. The first: ${first}`,
      {
        location: { node: ctx.node, port: 'chunks' },
      },
    );
  }
  tally.failedChunks = failed.size;
  return candidates;
}

/**
 * How many of a chunk's questions have an answer, and how many have none: random, but determined by its text and the
 * seed.
 */
function share(
  { text }: Chunk,
  answerable: boolean,
  { questions, unanswerable, seed }: Params,
): number {
  const without = Array.from({ length: questions }, (_, at) => {
    const lot = Number.parseInt(sha256(JSON.stringify([seed, text, at])).slice(0, 12), 16);
    return lot / 2 ** 48 < unanswerable;
  }).filter(Boolean).length;
  return answerable ? questions - without : without;
}
