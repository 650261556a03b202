import { abstains, answerVerdict, type Chunk } from '@graft/graph';
import { contentWords } from '../kit/text/content-words.ts';

/** What a chunk is called where its text is shown to a model: the document's title and the headings above it. */
export function titleOf({ source, headings }: Chunk): string {
  return [...new Set([source.title, ...headings])].filter((part) => part !== '').join(' › ');
}

/** Whether an answer says what a reference says, by the rule of the marks beside answers. */
export function says(text: string, reference: string): boolean {
  return answerVerdict({ text, question: { id: '', question: '', reference } }) === 'right';
}

/** Whether a question is understood without the passage that it was written about, in English. */
export function standsAlone(question: string): boolean {
  return !/\b(?:the|this|that) (?:given |above )?(?:passage|text|excerpt|question)\b/i.test(
    question,
  );
}

/** Whether an answer says something that its question does not say itself. */
export function isAnswer(answer: string, question: string): boolean {
  return /[\p{L}\p{N}]/u.test(answer) && !abstains(answer) && !says(question, answer);
}

/** Whether all words and numbers of an answer stand in a chunk, or above it. */
export function supports(chunk: Chunk, answer: string): boolean {
  return says(`${titleOf(chunk)}\n${chunk.text}`, answer);
}

/** Those of some questions that no chunk has all words of: the others one of them may answer. */
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
