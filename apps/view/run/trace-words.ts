import {
  plural,
  type AnswerTrace,
  type StationKind,
  type TracePart,
  type TraceStop,
} from '@graft/graph';

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** `1st`, `22nd`, `11th` */
export function ordinal(place: number): string {
  return `${place.toLocaleString('en')}${endings[ordinals.select(place)] ?? 'th'}`;
}

function hitsWords({ lost }: AnswerTrace, { station, places, documents }: TraceStop): string {
  const found = places.filter((place) => place > 0);
  if (places.length === 0) return 'searched';
  if (found.length === places.length) return `found ${found.map(ordinal).join(' and ')}`;
  if (lost?.how === 'dropped' && lost.station === station) return 'dropped here';
  if (found.length > 0) return `${String(found.length)} of ${String(places.length)} found`;
  return documents.some((place) => place > 0) ? 'found another passage' : 'not found';
}

function promptWords({ lost }: AnswerTrace, { station, places, considered }: TraceStop): string {
  const shown = places.filter((place) => place > 0).length;
  if (places.length === 0) return 'asked';
  if (shown === places.length) return 'in the prompt';
  const loss = lost?.station === station ? lost.how : undefined;
  const cut =
    loss === 'cut-by-top'
      ? `cut after ${plural(considered ?? 0, 'hit')}`
      : loss === 'cut-by-budget'
        ? 'cut by the budget'
        : loss === 'without-passages'
          ? 'takes no passages'
          : undefined;
  const part = shown === 0 ? undefined : `${String(shown)} of ${String(places.length)}`;
  return [part, cut ?? (part === undefined ? 'not in the prompt' : 'in the prompt')]
    .filter((words) => words !== undefined)
    .join(cut === undefined ? ' ' : ', ');
}

/** What happened to a question at a station, in a few words: `found 3rd`, `in the prompt`, `wrong`. */
export function stopWords(trace: AnswerTrace, stop: TraceStop, kind: StationKind): string {
  switch (kind) {
    case 'questions':
      return 'asked';
    case 'hits':
      return hitsWords(trace, stop);
    case 'prompts':
      return promptWords(trace, stop);
    case 'answers':
      return answerWords(trace);
  }
}

function answerWords({ verdict }: AnswerTrace): string {
  if (verdict === 'right' || verdict === 'no reference') return verdict;
  if (verdict === 'lucky') return 'right all the same';
  return verdict === 'unanswerable' ? 'should say that there is no answer' : 'wrong';
}

/** Where an answer was lost, as a clause; undefined if it was not. */
export function verdictWords({ verdict }: AnswerTrace): string | undefined {
  switch (verdict) {
    case 'right':
    case 'no reference':
      return undefined;
    case 'lucky':
      return 'Right without the wanted passage';
    case 'not-found':
      return 'Lost in retrieval: never found';
    case 'dropped':
      return 'Lost in retrieval: found, then dropped';
    case 'cut-by-top':
    case 'cut-by-budget':
      return 'Found, but cut from the prompt';
    case 'without-passages':
      return 'Asked without passages';
    case 'model':
      return 'In the prompt: lost by the model';
    case 'unanswerable':
      return 'No document has an answer';
    case 'unknown':
      return 'Not known where it was lost';
  }
}

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
      'The wanted passage was found, but stood beyond the first hits that the prompt takes, or did not fit its token budget.',
  },
  model: {
    one: 'was lost by the model',
    many: 'were lost by the model',
    meaning: 'The wanted passage was in the prompt, and the answer is wrong all the same.',
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
  return (Object.keys(parts) as TracePart[]).filter((part) => counts[part] > 0);
}
