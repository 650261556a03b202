import { plural } from '../base/message-words.ts';
import { traceParts, type TracePart } from './answer-trace.ts';

interface PartWords {
  readonly one: string;
  readonly many: string;
  /** What counts in it. */
  readonly meaning: string;
}

const parts: Readonly<Record<TracePart, PartWords>> = {
  retrieval: {
    one: 'was lost in retrieval',
    many: 'were lost in retrieval',
    meaning: 'No hit has the wanted passage, or a later list of hits dropped it.',
  },
  budget: {
    one: 'was cut from the prompt',
    many: 'were cut from the prompt',
    meaning:
      'The wanted passage was found, but ranked below the hits that go into the prompt, or did not fit its token budget.',
  },
  model: {
    one: 'was lost by the model',
    many: 'were lost by the model',
    meaning: 'The wanted passage was in the prompt, but the answer is still wrong.',
  },
  'without-passages': {
    one: 'was asked without passages',
    many: 'were asked without passages',
    meaning: 'No hits lead to the prompt.',
  },
  unanswerable: {
    one: 'has no answer in the documents',
    many: 'have no answer in the documents',
    meaning: 'The right answer would have been that there is none.',
  },
  unknown: {
    one: 'cannot be traced',
    many: 'cannot be traced',
    meaning: 'The question names no documents with its answer, or a row on the way is missing.',
  },
};

/** `6 were lost in retrieval` */
export function partText(part: TracePart, count: number): string {
  const { one, many } = parts[part];
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** What counts in a part of the wrong answers, a sentence. */
export function partMeaning(part: TracePart): string {
  return parts[part].meaning;
}

/** `Of 24 wrong answers, 6 were lost in retrieval, 3 were cut from the prompt and 15 were lost by the model.` */
export function traceSentence({
  wrong,
  parts: counts,
}: {
  readonly wrong: number;
  readonly parts: Readonly<Record<TracePart, number>>;
}): string | undefined {
  const told = wrongParts(counts).map((part) => partText(part, counts[part]));
  if (told.length === 0) return undefined;
  const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });
  return `Of ${plural(wrong, 'wrong answer')}, ${list.format(told)}.`;
}

/** The parts that wrong answers are in. */
export function wrongParts(counts: Readonly<Record<TracePart, number>>): readonly TracePart[] {
  return traceParts.filter((part) => counts[part] > 0);
}
