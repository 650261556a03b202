import { abstains, answerVerdict, type Chunk } from '@graft/graph';
import { contentWords } from '../kit/text/content-words.ts';

/** Title of a chunk for a model: the document's title and the headings above it. */
export function titleOf({ source, headings }: Chunk): string {
  return [...new Set([source.title, ...headings])].filter((part) => part !== '').join(' › ');
}

/** Whether an answer agrees with a reference, by the rule of the marks beside answers. */
export function says(text: string, reference: string): boolean {
  return answerVerdict({ text, question: { id: '', question: '', reference } }) === 'right';
}

/** Whether a question is understandable without its passage, in English. */
export function standsAlone(question: string): boolean {
  return !/\b(?:the|this|that) (?:given |above )?(?:passage|text|excerpt|question)\b/i.test(
    question,
  );
}

/** Whether an answer says more than its question. */
export function isAnswer(answer: string, question: string): boolean {
  return /[\p{L}\p{N}]/u.test(answer) && !abstains(answer) && !says(question, answer);
}

/** Whether a chunk, with its headings, contains all words and numbers of an answer. */
export function supports(chunk: Chunk, answer: string): boolean {
  return says(`${titleOf(chunk)}\n${chunk.text}`, answer);
}

/** The questions whose words no chunk contains completely; a chunk may answer the others. */
export function unanswered<Asked extends { readonly question: string }>(
  questions: readonly Asked[],
  chunks: readonly Chunk[],
): Set<Asked> {
  const left = new Map(questions.map((asked) => [asked, contentWords(asked.question)]));
  if (left.size === 0) return new Set();
  for (const chunk of chunks) {
    const held = new Set(contentWords(`${titleOf(chunk)}\n${chunk.text}`));
    for (const [asked, words] of left) {
      if (words.every((word) => held.has(word))) left.delete(asked);
    }
  }
  return new Set(left.keys());
}
