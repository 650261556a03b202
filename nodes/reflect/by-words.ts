import { abstains, type Answer, withoutCitations } from '@graft/graph';
import { contentWords } from '../kit/text/content-words.ts';
import { wordCover } from '../kit/text/word-cover.ts';

/** How far an answer stands, from 0 to 1 each. */
export interface Standing {
  readonly supported: number;
  readonly useful: number;
}

/** What the question already said proves little; a number proves much. */
function weightBeside(asked: ReadonlySet<string>): (word: string) => number {
  return (word) => (asked.has(word) ? 0.25 : /\d/.test(word) ? 2 : 1);
}

const asksForNumber =
  /\bhow (?:many|much|long|old|far|often|tall|high|deep|wide|big|large|heavy|hot|cold)\b|\b(?:what|which|at what|on what|on which) (?:time|year|date|number|price|percentage)\b|\bwhen\b/i;

const numberWord =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|quarter|dozen|once|twice|noon|midnight|dawn|dusk|never|always|every|each|free|nothing|none|no|january|february|march|april|may|june|july|august|september|october|november|december|\w+days?|spring|summer|autumn|winter|morning|evening|night)\b/i;

/**
 * By words and numbers: the share of the answer's that one passage has, the question's own counting little. It is useful
 * if it is finished, abstains from nothing, says something that the question did not, and has a number or a time where
 * one is asked for.
 */
export function standingByWords(
  { text, question, finishReason }: Pick<Answer, 'text' | 'question' | 'finishReason'>,
  passages: readonly string[],
): Standing {
  const said = withoutCitations(text);
  const words = contentWords(said);
  const asked = new Set(contentWords(question.question));
  const weight = weightBeside(asked);
  // A mere yes or no claims what the question asks.
  const claimed = words.length > 0 || said.trim() === '' ? words : [...asked];
  const covers = passages.map((passage) =>
    wordCover(claimed, new Set(contentWords(passage)), weight),
  );
  const isAnswer =
    said.trim() !== '' &&
    finishReason === 'stop' &&
    !abstains(said) &&
    (/^\s*(?:yes|no)\b/i.test(said) || words.some((word) => !asked.has(word))) &&
    (!asksForNumber.test(question.question) || numberWord.test(said));
  return {
    supported: claimed.length === 0 ? 0 : Math.max(0, ...covers),
    useful: isAnswer ? 1 : 0,
  };
}
