import type { AnswerTrace, StationKind, TraceStop } from '@graft/graph';

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** `1st`, `22nd`, `11th` */
export function ordinal(place: number): string {
  return `${place.toLocaleString('en')}${endings[ordinals.select(place)] ?? 'th'}`;
}

function hitsWords({ lost }: AnswerTrace, { station, places, documents }: TraceStop): string {
  const found = places.filter((place) => place > 0);
  if (places.length === 0) return 'looked for hits';
  if (found.length === places.length) return `found ${found.map(ordinal).join(' and ')}`;
  if (lost?.how === 'dropped' && lost.station === station) return 'dropped here';
  if (found.length > 0) return `${String(found.length)} of ${String(places.length)} found`;
  return documents.some((place) => place > 0) ? 'found another passage' : 'not found';
}

function promptWords({ lost }: AnswerTrace, { station, places, considered }: TraceStop): string {
  const shown = places.filter((place) => place > 0).length;
  if (places.length === 0) return 'prompt written';
  if (shown === places.length) return 'in the prompt';
  const loss = lost?.station === station ? lost.how : undefined;
  const cut =
    loss === 'cut-by-top'
      ? `below the top ${String(considered ?? 0)}`
      : loss === 'cut-by-budget'
        ? 'cut by the budget'
        : loss === 'without-passages'
          ? 'takes no passages'
          : undefined;
  const part = shown === 0 ? undefined : `${String(shown)} of ${String(places.length)}`;
  const others = places.length - shown === 1 ? 'the other' : 'the others';
  if (part !== undefined && cut !== undefined) return `${part}, ${others} ${cut}`;
  return cut ?? (part === undefined ? 'not in the prompt' : `${part} in the prompt`);
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
  if (verdict === 'right') return verdict;
  if (verdict === 'no reference') return 'no reference to compare with';
  if (verdict === 'lucky') return 'right without the passage';
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
      return 'Found, but only the first hits go into the prompt. Raise “Top” to let in more';
    case 'cut-by-budget':
      return 'Found, but the prompt had no tokens left for it. Raise “Budget” to let in more';
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
