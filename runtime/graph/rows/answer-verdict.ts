import type { Answer, Question } from './port-types.ts';

/** Verdict on an answer, compared with its question's references. */
export type AnswerVerdict = 'right' | 'wrong' | 'no reference';

/** Words without content. "No" and "not" are not among them. */
const littleWords = new Set(
  'a an the at by in on of to for from after with and or is are was were be been it its he she they that this than only may must does do'.split(
    ' ',
  ),
);

const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const numberWords = new Map<string, number>([
  ...units.map((word, value) => [word, value] as const),
  ...tens.map((word, index) => [word, (index + 2) * 10] as const),
]);

/** `twenty-eight` → 28; leaves other words unchanged. */
function asNumber(word: string): string {
  const parts = word.split('-');
  const values = parts.map((part) => numberWords.get(part));
  const [first, second] = values;
  if (first !== undefined && parts.length === 1) return String(first);
  if (first !== undefined && second !== undefined && first >= 20 && second < 10) {
    return String(first + second);
  }
  return word;
}

/** A time of the clock of twelve hours, in lower case: `6.45 pm`, `6:45pm`, `6 p.m.` */
const clockTime = /\b(1[0-2]|0?[1-9])(?:[.:]([0-5]\d))?\s?([ap])\.?m\b\.?/g;

/** `6`, `45`, `p` → `18:45`; without minutes it is the full hour. */
function dayTime([hours, minutes = '00', half]: readonly (string | undefined)[]): string {
  return `${String((Number(hours) % 12) + (half === 'p' ? 12 : 0))}:${minutes}`;
}

/** `kilometres` → `kilometers`. */
const asSpelled = (word: string): string => word.replace(/^(.*(?:met|lit))re(s?)$/, '$1er$2');

/** The words and numbers of a text: `£1,900.00` is `1900`, `10:15` stays one word, `6.45 pm` is `18:45`. */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(clockTime, (_time, ...parts: (string | undefined)[]) => dayTime(parts))
    .replace(/\b0(\d:\d\d)\b/g, '$1')
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/(\d)\.0+\b/g, '$1')
    .replace(/([£$€]\s?\d+\.\d)0\b/g, '$1')
    .replace(/\bper\s?cent\b/g, '%');
  const words = plain.match(/%|\d+(?:[.:]\d+)*|\p{L}+(?:['’-]\p{L}+)*/gu) ?? [];
  return words
    .map(asNumber)
    .flatMap((word) => (/^\d/.test(word) ? [word] : word.split('-').map(asSpelled)));
}

/** May as a month, not as a verb: after another word of its sentence, or before a number. */
const may = /[\p{L}\p{N},]\sMay\b|\bMay\s\d/u;

/**
 * The words of a reference that an answer must contain: all if the reference has only stop words, none if it is empty.
 */
function neededWords(reference: string): readonly string[] {
  const outside = reference.replace(/\([^()]*\)/g, ' ');
  for (const text of [outside, reference]) {
    const needed = wordsOf(text).filter(
      (word) => !littleWords.has(word) || (word === 'may' && may.test(text)),
    );
    if (needed.length > 0) return needed;
  }
  return wordsOf(reference);
}

/** Words that a plain text has only as they are: other numbers may be written in words, and times by another clock. */
const plainWord = /^(?!.*(?:met|lit)ers?$)(?:[a-z]+|\d{3,}|\d+(?:\.\d+)+)$/;
// eslint-disable-next-line no-control-regex -- plain ASCII
const plainText = /^[\x00-\x7f]*$/;

/** A text in which the words of many references are looked for: it is read once for all of them. */
export class SearchedText {
  readonly #text: string;
  /** In lower case, without commas; null where words may be written otherwise than in plain ASCII. */
  #plain: string | null | undefined;
  #words: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get plain(): string | null {
    if (this.#plain === undefined) {
      const isPlain = plainText.test(this.#text);
      this.#plain = isPlain ? this.#text.toLowerCase().replaceAll(',', '') : null;
    }
    return this.#plain;
  }

  get words(): ReadonlySet<string> {
    this.#words ??= new Set(wordsOf(withoutCitations(this.#text)));
    return this.#words;
  }
}

/**
 * Tells of texts whether they have every word of a reference, by the rule in `verdictRule`; none has those of an empty
 * one. Quick where many texts lack a word.
 */
export function referenceTest(reference: string): (text: SearchedText) => boolean {
  const needed = neededWords(reference);
  const plain = needed.filter((word) => plainWord.test(word));
  return (text) => {
    if (needed.length === 0) return false;
    const lower = plain.length === 0 ? null : text.plain;
    if (lower !== null && !plain.every((word) => lower.includes(word))) return false;
    return needed.every((word) => text.words.has(word));
  };
}

/** Tells of texts whether they have every word of one of a question's references. */
export function rightAnswerTest(question: Question): (text: SearchedText) => boolean {
  const tests = referencesOf(question).map(referenceTest);
  return (text) => tests.some((test) => test(text));
}

/** The right answers of a question: its reference and what it accepts besides. */
export function referencesOf({ reference = '', accept = [] }: Question): readonly string[] {
  return [reference, ...accept].filter((right) => right.trim() !== '');
}

/** Whether an answer agrees with one of its question’s references, by the rule in `verdictRule`. */
export function answerVerdict({
  text,
  question,
}: Pick<Answer, 'text' | 'question'>): AnswerVerdict {
  const { answerable, choices = [] } = question;
  if (answerable === false && abstains(text)) return 'right';
  const references = referencesOf(question);
  if (references.length === 0) return answerable === false ? 'wrong' : 'no reference';
  const given = new Set(wordsOf(withoutCitations(text)));
  const isGiven = (reference: string): boolean => {
    const needed = neededWords(reference);
    return needed.length > 0 && needed.every((word) => given.has(word));
  };
  // A choice whose words all belong to a right answer is not named by them.
  const right = new Set(references.flatMap(wordsOf));
  const isWrong = (choice: string): boolean =>
    isGiven(choice) && !neededWords(choice).every((word) => right.has(word));
  return references.some(isGiven) && !choices.some(isWrong) ? 'right' : 'wrong';
}

/** `[1]`, `[1, 2]` and `[1–3]`, by which a model cites passages; the group holds the content of the brackets. */
export const citationMarks = /\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]/g;

/** Removes citations from a text, so that their numbers do not count as its own. */
export function withoutCitations(text: string): string {
  return text.replace(citationMarks, ' ');
}

const source =
  '(?:articles?|context|documents?|excerpts?|handbook|information|manual|passages?|sources?|text)';
const not = '(?:does|do|did) not';

/** English only. A negation that does not concern a source (“no fee is given”) is no abstention. */
const abstention = new RegExp(
  [
    `${not} (?:mention|say|specify|state)`,
    `${source}(?: [a-z]+){0,3} ${not} (?:answer|contain|cover|give|hold|include|indicate|provide|tell)`,
    '(?:is|are|was|were) not (?:mentioned|specified|stated)',
    '(?:no|not enough|insufficient) information',
    '(?:i|we) (?:cannot|can not|could not) (?:answer|determine|find|say|tell)',
    '(?:i|we) do not know',
    'cannot be (?:answered|determined)',
    'unanswerable',
  ]
    .map((words) => `\\b${words}\\b`)
    .join('|'),
);

/** Whether an answer says that the passages do not contain one, in common English phrases. */
export function abstains(text: string): boolean {
  const plain = text
    .toLowerCase()
    .replace(/\bcan['’]t\b/g, 'cannot')
    .replace(/n['’]t\b/g, ' not')
    .replace(/\s+/g, ' ');
  return abstention.test(plain);
}

/** The rule of `answerVerdict`, in words for people. */
export const verdictRule =
  'Right: the answer has every word and number of the reference, or of another accepted one, in any order, and names no wrong choice. Capitals, punctuation, little words and the reference’s words in brackets do not count; “three” counts as “3”, “6.45 pm” as “18:45”, “meters” as “metres”. If there is no answer, right means that it says so. The rule compares words, not meaning: an answer in other words is marked wrong.';
