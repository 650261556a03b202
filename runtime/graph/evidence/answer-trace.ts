import { answerVerdict, rightAnswerTest, SearchedText } from '../rows/answer-verdict.ts';
import type { Answer, Prompt, Question, QuestionHits } from '../rows/port-types.ts';

/** A kind of rows that a question passes through on the way to its answer. */
export type StationKind = 'questions' | 'hits' | 'prompts' | 'answers';

/** An output on the way to answers. Stations are listed upstream first; numbers are places in that list. */
export interface StationLinks {
  readonly kind: StationKind;
  /** The stations that its step reads. */
  readonly from: readonly number[];
}

/**
 * Where a question's wanted passages are in one row. Places count from 1 in the row's order; 0: it has none. All lists
 * follow the question's `documents`.
 */
export interface StationRow {
  /** Number of the row in its output, from 0. */
  readonly row: number;
  /** First passage of each document. */
  readonly first: readonly number[];
  /** First passage of each document that has every word of the reference. */
  readonly holding: readonly number[];
  /** For a prompt: how many of the first hits it considered, with those that its token budget left out. */
  readonly considered?: number;
}

/**
 * Why an answer is as it is. A *wanted passage* comes from one of the question's `documents`. If any passage of that
 * document has every word of the reference (by the rule of `answerVerdict`), only such passages are wanted. A question
 * with several documents needs a passage of each; the first loss on the way decides.
 *
 * - `right`: the answer agrees with its reference.
 * - `lucky`: right, although a wanted passage was lost on the way. The model may know the answer, have guessed, or have
 *   read it in a passage that the question does not name.
 * - `not-found`: wrong, and none of the lists of hits that the prompt comes from has a wanted passage.
 * - `dropped`: wrong; one of these lists had it, a later one (reranked, filtered, fused) does not.
 * - `cut-by-top`: wrong; it was among the hits that the prompt's step read, beyond its first ones.
 * - `cut-by-budget`: wrong; it was among the first ones, and did not fit the prompt's token budget.
 * - `without-passages`: wrong, and the prompt's step reads no hits: no passage could be in it.
 * - `model`: wrong with every wanted passage in the prompt. It does not say that the passage suffices: it may be
 *   unclear, or another passage may mislead. Nor that the answer is false: the verdict compares words.
 * - `unanswerable`: wrong, because the documents hold no answer and the model gave one.
 * - `unknown`: wrong; the question names no documents, or a row on the way is missing.
 * - `no reference`: nothing says whether the answer is right.
 */
export type TraceVerdict =
  TraceLoss | 'right' | 'lucky' | 'model' | 'unanswerable' | 'unknown' | 'no reference';
/** How a wanted passage did not come into the prompt. */
export type TraceLoss =
  'not-found' | 'dropped' | 'cut-by-top' | 'cut-by-budget' | 'without-passages';

/** Where wrong answers were lost. */
export const traceParts = [
  'retrieval',
  'budget',
  'model',
  'without-passages',
  'unanswerable',
  'unknown',
] as const;
export type TracePart = (typeof traceParts)[number];

const partOf: Readonly<Record<TraceVerdict, TracePart | undefined>> = {
  right: undefined,
  lucky: undefined,
  'not-found': 'retrieval',
  dropped: 'retrieval',
  'cut-by-top': 'budget',
  'cut-by-budget': 'budget',
  'without-passages': 'without-passages',
  model: 'model',
  unanswerable: 'unanswerable',
  unknown: 'unknown',
  'no reference': undefined,
};

/** The part of the wrong answers that a verdict counts in; undefined if the answer is not wrong. */
export function tracePart(verdict: TraceVerdict): TracePart | undefined {
  return partOf[verdict];
}

/** A station that a question passed. */
export interface TraceStop {
  readonly station: number;
  /** Number of its row there. */
  readonly row: number;
  /** For hits and prompts: the place of each document's first wanted passage, from 1; 0: it is not there. */
  readonly places: readonly number[];
  /** The same of any passage of each document, wanted or not. */
  readonly documents: readonly number[];
  /** See `StationRow`. */
  readonly considered?: number;
}

export interface AnswerTrace {
  readonly verdict: TraceVerdict;
  /** The first loss of a wanted passage, and the station where it was; absent if none was lost. */
  readonly lost?: { readonly how: TraceLoss; readonly station: number };
  /** In the order of the stations; the answer is the last. */
  readonly stops: readonly TraceStop[];
}

/** What is known of an answer before its way is followed. */
export interface TracedAnswer {
  readonly answer: Pick<Answer, 'text' | 'question'>;
  /** Whether a chunk of each document has every word of the reference. Absent: no chunk was read. */
  readonly held?: readonly boolean[];
}

/** Where the passages of a question's documents are among its hits. */
export function hitsRow(row: number, { hits }: QuestionHits, question: Question): StationRow {
  const passages = hits.map(({ chunk }) => ({ path: chunk.source.path, text: () => chunk.text }));
  return { row, ...placesOf(passages, question) };
}

/** Where the passages of a question's documents are in its prompt. */
export function promptRow(
  row: number,
  { text, passages, dropped }: Prompt,
  question: Question,
): StationRow {
  const shown = passages.map(({ source, start, end }) => ({
    path: source.path,
    text: () => text.slice(start, end),
  }));
  return { row, ...placesOf(shown, question), considered: passages.length + dropped };
}

interface Passage {
  readonly path: string;
  text(): string;
}

function placesOf(
  passages: readonly Passage[],
  question: Question,
): Pick<StationRow, 'first' | 'holding'> {
  const documents = [...new Set(question.documents)];
  const holds = rightAnswerTest(question);
  const placeOf = (isIt: (passage: Passage) => boolean): number => passages.findIndex(isIt) + 1;
  return {
    first: documents.map((document) => placeOf(({ path }) => path === document)),
    holding: documents.map((document) =>
      placeOf((passage) => passage.path === document && holds(new SearchedText(passage.text()))),
    ),
  };
}

/**
 * Follows an answer back to its question. `rowAt` gives what a station has of the question; undefined if it has no row
 * of it. The last station is the answer's own. A prompt counts with the hits upstream of it; of several prompts, such
 * as those of a loop's rounds, the last one counts.
 */
export function traceAnswer(
  { answer, held }: TracedAnswer,
  stations: readonly StationLinks[],
  rowAt: (station: number) => StationRow | undefined,
): AnswerTrace {
  const way = wayTo(stations, stations.length - 1, rowAt);
  const prompt = lastOf(way, stations, 'prompts');
  const hits = prompt === undefined ? [] : hitsBehind(stations, prompt, way);
  const documents = [...new Set(answer.question.documents)];
  const onlyHolding = documents.map(
    (_, index) =>
      held?.[index] === true || [...way.values()].some((row) => (row.holding[index] ?? 0) > 0),
  );
  const placeIn = (station: number, document: number): number => {
    const row = way.get(station);
    return (onlyHolding[document] === true ? row?.holding : row?.first)?.[document] ?? 0;
  };
  const stops = Array.from(way, ([station, { row, first, considered }]) => ({
    ...{ station, row, documents: first },
    places: documents.map((_, index) => placeIn(station, index)),
    ...(considered === undefined ? {} : { considered }),
  }));
  const losses = documents.flatMap((_, document) => {
    const loss = lossOf({ stations, way, hits, prompt, placeIn: (at) => placeIn(at, document) });
    return loss ?? [];
  });
  const verdict = answerVerdict(answer);
  const isNamed = documents.length > 0 && answer.question.answerable !== false;
  const isKnown = isNamed && !losses.includes('unknown');
  const [lost] = isKnown
    ? losses
        .filter((loss) => loss !== 'unknown')
        .sort((a, b) => order.indexOf(a.how) - order.indexOf(b.how))
    : [];
  const trace = { ...(lost === undefined ? {} : { lost }), stops };
  if (verdict === 'no reference') return { verdict, ...trace };
  if (verdict === 'right') {
    const part = lost && tracePart(lost.how);
    const isLucky = part === 'retrieval' || part === 'budget';
    return { verdict: isLucky ? 'lucky' : verdict, ...trace };
  }
  if (answer.question.answerable === false) return { verdict: 'unanswerable', ...trace };
  return { verdict: isKnown ? (lost?.how ?? 'model') : 'unknown', ...trace };
}

/** The earlier on the way, the earlier here. */
const order: readonly TraceLoss[] = [
  'not-found',
  'dropped',
  'cut-by-top',
  'cut-by-budget',
  'without-passages',
];

type Way = ReadonlyMap<number, StationRow>;

/** The stations with a row of the question from which one is reached, in their order, with itself as the last. */
function wayTo(
  stations: readonly StationLinks[],
  end: number,
  rowAt: (station: number) => StationRow | undefined,
): Way {
  const rows = new Map<number, StationRow>();
  const waiting = [end];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const row = rows.has(at) ? undefined : rowAt(at);
    if (row === undefined) continue;
    rows.set(at, row);
    waiting.push(...(stations[at]?.from ?? []));
  }
  return new Map([...rows].sort(([a], [b]) => a - b));
}

/** The lists of hits that a prompt comes from, each made of those before it, in their order. */
function hitsBehind(stations: readonly StationLinks[], prompt: number, way: Way): number[] {
  const found = new Set<number>();
  const waiting = [prompt];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const source of stations[at]?.from ?? []) {
      if (found.has(source) || stations[source]?.kind !== 'hits' || !way.has(source)) continue;
      found.add(source);
      waiting.push(source);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function lastOf(
  way: Way,
  stations: readonly StationLinks[],
  kind: StationKind,
): number | undefined {
  return [...way.keys()].findLast((at) => stations[at]?.kind === kind);
}

/** Where a document's passage was lost on the way; undefined if the prompt has it. */
function lossOf(at: {
  readonly stations: readonly StationLinks[];
  readonly way: Way;
  /** The lists of hits that the prompt comes from. */
  readonly hits: readonly number[];
  readonly prompt: number | undefined;
  placeIn(station: number): number;
}): AnswerTrace['lost'] | 'unknown' {
  const { stations, way, hits, prompt, placeIn } = at;
  // No prompt, or no row of the question there: nothing says what the model read.
  if (prompt === undefined) return 'unknown';
  if (placeIn(prompt) > 0) return undefined;
  const read = stations[prompt]?.from.filter((one) => stations[one]?.kind === 'hits') ?? [];
  if (read.length === 0) return { how: 'without-passages', station: prompt };
  if (read.some((one) => !way.has(one))) return 'unknown';
  const place = Math.min(...read.map(placeIn).filter((found) => found > 0));
  if (Number.isFinite(place)) {
    const isBeyond = place > (way.get(prompt)?.considered ?? 0);
    return { how: isBeyond ? 'cut-by-top' : 'cut-by-budget', station: prompt };
  }
  const dropping = hits.find(
    (one) =>
      placeIn(one) === 0 &&
      stations[one]?.from.some((source) => hits.includes(source) && placeIn(source) > 0) === true,
  );
  if (dropping !== undefined) return { how: 'dropped', station: dropping };
  return { how: 'not-found', station: hits[0] ?? prompt };
}
