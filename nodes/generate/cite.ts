import { type Citation, citationMarks, type Passage, type Prompt } from '@graft/graph';
import { contentWords } from '../kit/text/content-words.ts';
import { sentences } from '../kit/text/sentences.ts';

/** Share of a sentence's content words that a passage must contain to be its source. */
const leastSupport = 0.5;

/**
 * The citations of an answer. Resolves `[n]` and `[n, m]` to the prompt's passages and drops unknown numbers. If the
 * model wrote none, attributes each sentence to the passage with most of its content words, at least half. If no
 * sentence finds one, attributes the answer to the passage that shares most with it; if it shares nothing, there is no
 * citation.
 */
export function cite(
  answer: string,
  prompt: Pick<Prompt, 'text' | 'passages' | 'question'>,
): Citation[] {
  const written = writtenNumbers(answer);
  const cited = [...written].flatMap((number) =>
    prompt.passages.filter((p) => p.number === number),
  );
  if (cited.length > 0) return cited.map((passage) => citation(passage, 'written'));
  return attribute(answer, prompt).map((passage) => citation(passage, 'attributed'));
}

/** Numbers in brackets, in order of first appearance. */
function writtenNumbers(answer: string): Set<number> {
  const groups = answer.matchAll(citationMarks);
  return new Set(
    Array.from(groups).flatMap(([, list = '']) =>
      Array.from(list.matchAll(/\d+/g), ([n]) => Number(n)),
    ),
  );
}

function citation({ number, chunkId, source }: Passage, by: Citation['by']): Citation {
  return { number, chunkId, source, by };
}

function attribute(
  answer: string,
  prompt: Pick<Prompt, 'text' | 'passages' | 'question'>,
): Passage[] {
  const candidates = prompt.passages.map((passage) => ({
    passage,
    words: new Set(contentWords(prompt.text.slice(passage.start, passage.end))),
  }));
  const asked = new Set(contentWords(prompt.question.question));
  const best = (text: string): { passage: Passage; share: number } | undefined => {
    const words = [...new Set(contentWords(text))];
    const total = words.reduce((sum, word) => sum + weight(word), 0);
    return candidates
      .map(({ passage, words: held }) => ({
        passage,
        share: words.reduce((sum, word) => (held.has(word) ? sum + weight(word) : sum), 0) / total,
      }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share || a.passage.number - b.passage.number)[0];
  };
  /** Words of the question prove little; a number proves much. */
  const weight = (word: string): number => (asked.has(word) ? 0.25 : /\d/.test(word) ? 2 : 1);

  const found = sentences(answer)
    .map(best)
    .filter((source) => source !== undefined && source.share >= leastSupport)
    .map((source) => source?.passage)
    .filter((passage) => passage !== undefined);
  if (found.length > 0) return [...new Set(found)];
  const whole = best(answer);
  return whole === undefined ? [] : [whole.passage];
}
