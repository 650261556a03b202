import { abstains } from '@graft/graph';
import { plainWords } from '../kit/text/word-pair-sketch.ts';
import { isAnswer, says, standsAlone } from './answerability.ts';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import { type Candidate, isCutIn, type Making, replied } from './model-asker.ts';
import { linesIn, questionsIn } from './read-reply.ts';

/** Paraphrases of the questions. */
export async function paraphrase(
  { params, asker, tally }: Making,
  originals: readonly Candidate[],
): Promise<Candidate[]> {
  const count = params.paraphrases;
  if (count === 0) return [];
  const replies = await asker.ask(
    originals.map(({ chunk, question, reference = '' }) => ({
      id: chunk.id,
      prompt: fillPrompt(params.askParaphrases, { question, answer: reference, count }),
    })),
    { temperature: params.temperature, doing: 'paraphrasing' },
  );
  return originals.flatMap((of, at) => {
    const reply = replied(replies[at]);
    const { chunk, reference } = of;
    const written = questionsIn(reply.text).slice(0, count);
    if (written.length === 0) tally.unparseableReplies += 1;
    return written.flatMap(({ question }) => {
      const gives = reference !== undefined && !isAnswer(reference, question);
      if (gives || !standsAlone(question) || isCutIn(reply, question)) {
        tally.add(chunk, 'faulty');
        return [];
      }
      return [{ ...of, question, of }];
    });
  });
}

/** Wrong answers to questions with a right one, all different. */
export async function distract(
  { params, asker, tally }: Making,
  originals: readonly Candidate[],
): Promise<ReadonlyMap<Candidate, readonly string[]>> {
  const count = params.distractors;
  if (count === 0) return new Map();
  const asked = originals.filter(({ reference }) => reference !== undefined);
  const replies = await asker.ask(
    asked.map(({ chunk, question, reference = '' }) => ({
      id: chunk.id,
      prompt: fillPrompt(params.askDistractors, { question, answer: reference, count }),
    })),
    { temperature: params.temperature, doing: 'writing wrong answers' },
  );
  const found = new Map<Candidate, readonly string[]>();
  for (const [at, candidate] of asked.entries()) {
    const reply = replied(replies[at]);
    const lines = linesIn(reply.text);
    if (lines.length === 0) tally.unparseableReplies += 1;
    const { question, reference = '' } = candidate;
    const taken = new Set([question, reference].map(wordsOf));
    const wrong = lines.filter((text) => {
      const words = wordsOf(text);
      if (taken.has(words) || says(text, reference) || abstains(text)) return false;
      if (isCutIn(reply, text)) return false;
      taken.add(words);
      return true;
    });
    if (wrong.length > 0) found.set(candidate, wrong.slice(0, count));
  }
  return found;
}

function wordsOf(text: string): string {
  return plainWords(text).join(' ');
}
