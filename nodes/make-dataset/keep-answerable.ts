import { abstains, type Chunk } from '@graft/graph';
import { says, supports, titleOf, unanswered } from './answerability.ts';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import { type Candidate, type Making, replied } from './model-asker.ts';

/**
 * Keeps the questions that their chunk answers as stated, and those without an answer that no chunk seems to answer.
 */
export async function keepAnswerable(
  making: Making,
  candidates: readonly Candidate[],
  chunks: readonly Chunk[],
): Promise<Candidate[]> {
  const { params, tally } = making;
  if (params.answerability === 'none') return [...candidates];
  const without = unanswered(
    candidates.filter(({ reference }) => reference === undefined),
    chunks,
  );
  const bySupport = params.answerability !== 'model';
  const kept = candidates.filter((candidate) => {
    const { chunk, reference } = candidate;
    if (reference === undefined) {
      if (without.has(candidate)) return true;
      tally.add(chunk, 'answerableAfterAll');
      return false;
    }
    if (!bySupport || supports(chunk, reference)) return true;
    tally.add(chunk, 'notAnswerable');
    return false;
  });
  return keepAgreeing(making, kept);
}

/**
 * If requested, keeps only questions to which the model, given the chunk, gives the same answer, or says that it
 * cannot.
 */
export async function keepAgreeing(
  { params, asker, tally }: Making,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  if (params.answerability !== 'model' && params.answerability !== 'both') return [...candidates];
  const replies = await asker.ask(
    candidates.map(({ chunk, question }) => ({
      id: chunk.id,
      prompt: fillPrompt(params.askAgain, { title: titleOf(chunk), passage: chunk.text, question }),
    })),
    { temperature: 0, doing: 'asking again' },
  );
  return candidates.filter(({ chunk, reference }, at) => {
    const { text } = replied(replies[at]);
    if (reference === undefined ? abstains(text) : says(text, reference)) return true;
    tally.add(chunk, reference === undefined ? 'answerableAfterAll' : 'notAnswerable');
    return false;
  });
}
