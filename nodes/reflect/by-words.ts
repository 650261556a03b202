import { abstains, type Answer, withoutCitations } from '@graft/graph';
import { contentWords, wordCover } from '../kit/text/content-words.ts';
import { sentences } from '../kit/text/sentences.ts';

/** How well an answer stands, each from 0 to 1. */
export interface Standing {
  readonly supported: number;
  readonly useful: number;
  /** Why it is not an answer, as a sentence. */
  readonly because?: string;
}

/** Why a text is not an answer, whatever the question. */
export function whyNoAnswer({
  text,
  finishReason,
}: Pick<Answer, 'text' | 'finishReason'>): string | undefined {
  if (text.trim() === '') return 'It is empty.';
  if (finishReason !== 'stop') return 'It was cut off.';
  return abstains(text) ? 'The answer itself says that it does not know.' : undefined;
}

/** Words of the question prove little; a number proves much. */
function weightBeside(asked: ReadonlySet<string>): (word: string) => number {
  return (word) => (asked.has(word) ? 0.25 : /\d/.test(word) ? 2 : 1);
}

const asksForNumber =
  /\bhow (?:many|much|long|old|far|often|tall|high|deep|wide|big|large|heavy|hot|cold)\b|\b(?:what|which) (?:time|year|date|number|price|percentage)\b|^\W*when\b/i;

const numberWord =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|quarter|dozen|once|twice|noon|midnight|dawn|dusk|never|always|every|each|free|nothing|none|no|january|february|march|april|may|june|july|august|september|october|november|december|\w+days?|spring|summer|autumn|winter|morning|evening|night)\b/i;

/** A passage of a prompt. */
export interface Read {
  readonly title: string;
  readonly text: string;
}

/**
 * Judges by words and numbers. `supported` is the share of the answer's words in the best sentence of a passage, with
 * its title; words of the question count little, because any passage has them. `useful` is the share of the question's
 * words in that sentence: for an answer that would be right elsewhere, the sentence is about something else. 0 for what
 * is not an answer: unfinished, an abstention, the question again, or no number or time where the question asks for
 * one.
 */
export function standingByWords(
  { text, question, finishReason }: Pick<Answer, 'text' | 'question' | 'finishReason'>,
  passages: readonly Read[],
): Standing {
  const plain = withoutCitations(text);
  const words = contentWords(plain);
  const asked = contentWords(question.question);
  const own = new Set(asked);
  const because =
    whyNoAnswer({ text: plain, finishReason }) ??
    (/^\s*(?:yes|no)\b/i.test(plain) || words.some((word) => !own.has(word))
      ? undefined
      : 'It only says the question again.') ??
    (!asksForNumber.test(question.question) || numberWord.test(plain)
      ? undefined
      : 'It has no number or time, for which the question asks.');
  const none = because === undefined ? {} : { because };
  // A mere yes or no claims what the question asks.
  const claimed = words.length > 0 || plain.trim() === '' ? words : asked;
  if (claimed.length === 0) return { supported: 0, useful: 0, ...none };
  const coverClaim = wordCover(claimed, weightBeside(own));
  const coverQuestion = wordCover(asked);
  let best: Standing = { supported: 0, useful: 0 };
  for (const { title, text: passage } of passages) {
    const titled = contentWords(title);
    for (const sentence of sentences(passage)) {
      const held = new Set([...titled, ...contentWords(sentence)]);
      const supported = coverClaim(held);
      if (supported < best.supported) continue;
      const useful = coverQuestion(held);
      if (supported > best.supported || useful > best.useful) best = { supported, useful };
    }
  }
  return because === undefined ? best : { ...best, useful: 0, because };
}
