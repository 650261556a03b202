import {
  type Answer,
  type JudgeExchange,
  type ParamsOf,
  type Question,
  referencesOf,
} from '@graft/graph';
import { contextPrecision } from '../kit/evaluation/numeric.ts';
import type { Asked, Rounds } from './ask-judge.ts';
import type { judge, MetricName } from './node.ts';
import { readClaims, readQuestion, readVerdicts } from './read-reply.ts';
import { majority, shareOfYes, type Votes } from './verdict-scores.ts';

/** An answer with everything it is judged by. */
export interface Judged {
  readonly answer: Answer;
  /** The answer without citations. */
  readonly text: string;
  readonly question: Question;
  /** Passages of its prompt, in order. */
  readonly passages: readonly string[];
}

/** The result of one metric for an answer. */
export interface Judging {
  /** Absent: unknown, or computed from `made`. */
  readonly value?: number;
  /** The judged things, and the verdicts of each repeat on each. */
  readonly things: readonly string[];
  readonly votes: readonly Votes[];
  readonly exchanges: readonly JudgeExchange[];
  /** For answer relevancy: the things are questions, and yes means that the answer commits itself. */
  readonly made?: true;
}

type Params = ParamsOf<typeof judge>;
type Need = 'passages' | 'reference';

interface JudgeMetric {
  readonly needs: readonly Need[];
  /** Applies also to questions without an answer. */
  readonly unanswerable: boolean;
  judge(judged: Judged, params: Params): Rounds<Judging>;
}

export const judgeMetric: Readonly<Record<MetricName, JudgeMetric>> = {
  faithfulness: {
    ...{ needs: ['passages'], unanswerable: true },
    judge: (judged, params) => borneOut(judged.text, judged, params),
  },
  answerRelevancy: { needs: [], unanswerable: false, judge: questionsOf },
  contextPrecision: { needs: ['passages', 'reference'], unanswerable: false, judge: usefulness },
  contextRecall: {
    ...{ needs: ['passages', 'reference'], unanswerable: false },
    judge: (judged, params) => borneOut(referenceOf(judged), judged, params),
  },
  judgedAccuracy: { needs: ['reference'], unanswerable: true, judge: rightness },
};

/** What an answer lacks for a metric. */
export function lacking(name: MetricName, { question, passages }: Judged): readonly Need[] {
  const has = {
    passages: passages.length > 0,
    reference: referencesOf(question).length > 0,
  };
  return judgeMetric[name].needs.filter((need) => !has[need]);
}

/** Whether a metric applies to an answer's question at all. */
export function isAbout(name: MetricName, { question }: Judged): boolean {
  return question.answerable !== false || judgeMetric[name].unanswerable;
}

/** Share of a text's claims that follow from the passages. */
function* borneOut(
  text: string,
  { answer, question, passages }: Judged,
  params: Params,
): Rounds<Judging> {
  const exchanges: JudgeExchange[] = [];
  if (text === '') return { things: [], votes: [], exchanges };
  const [claims = []] = yield* ask(exchanges, {
    ...{ item: answer.id, asked: 'claims', repeats: 1, read: readClaims },
    prompts: [filled(params.claimsPrompt, { question: question.question, answer: text })],
  });
  if (claims.length === 0) return { things: [], votes: [], exchanges };
  const verdicts = yield* ask(exchanges, {
    ...{ item: answer.id, asked: 'verdicts', repeats: params.repeats },
    read: (reply) => readVerdicts(reply, claims.length),
    prompts: [
      filled(params.verdictPrompt, {
        passages: passages.map((passage, at) => `Passage ${at + 1}:\n${passage}`).join('\n\n'),
        claims: claims.map((claim, at) => `${at + 1}. ${claim}`).join('\n'),
      }),
    ],
  });
  const votes = claims.map((_, at) => verdicts.map((verdict) => verdict?.[at] ?? null));
  return { ...scored(votes, shareOfYes), things: claims, votes, exchanges };
}

/** Mean of the precisions at the helpful passages. */
function* usefulness(judged: Judged, params: Params): Rounds<Judging> {
  const { answer, question, passages } = judged;
  const exchanges: JudgeExchange[] = [];
  const verdicts = yield* ask(exchanges, {
    ...{ item: answer.id, asked: 'verdicts', repeats: params.repeats, read: readVerdict },
    prompts: passages.map((passage) =>
      filled(params.usefulPrompt, {
        ...{ question: question.question, reference: referenceOf(judged), passage },
      }),
    ),
  });
  const votes = passages.map((_, at) =>
    verdicts
      .slice(at * params.repeats, (at + 1) * params.repeats)
      .map((verdict) => verdict ?? null),
  );
  return { ...scored(votes, contextPrecision), things: passages, votes, exchanges };
}

/**
 * Questions that the answer would answer, one for each repeat. An embedder then compares them with the real question.
 */
function* questionsOf({ answer, text }: Judged, params: Params): Rounds<Judging> {
  const exchanges: JudgeExchange[] = [];
  // An evasive answer answers nothing.
  if (text === '') return { value: 0, things: [], votes: [], exchanges };
  const made = yield* ask(exchanges, {
    ...{ item: answer.id, asked: 'question', repeats: params.repeats, read: readQuestion },
    prompts: [filled(params.questionPrompt, { answer: text })],
  });
  const read = made.filter((judging) => judging !== undefined);
  const votes = read.map(({ noncommittal }) => [!noncommittal]);
  return { made: true, things: read.map(({ question }) => question), votes, exchanges };
}

/** 1 if the answer is right by its reference, else 0. */
function* rightness(judged: Judged, params: Params): Rounds<Judging> {
  const { answer, text, question } = judged;
  const exchanges: JudgeExchange[] = [];
  if (text === '') return { value: 0, things: [], votes: [], exchanges };
  const verdicts = yield* ask(exchanges, {
    ...{ item: answer.id, asked: 'verdicts', repeats: params.repeats, read: readVerdict },
    prompts: [
      filled(params.rightPrompt, {
        ...{ question: question.question, reference: referenceOf(judged), answer: text },
      }),
    ],
  });
  const votes = [verdicts.map((verdict) => verdict ?? null)];
  return { ...scored(votes, shareOfYes), things: [text], votes, exchanges };
}

function readVerdict(reply: string): boolean | undefined {
  return readVerdicts(reply, 1)?.[0];
}

/** A score of the majorities; none if one is missing, because it would count as a no. */
function scored(
  votes: readonly Votes[],
  score: (verdicts: readonly boolean[]) => number | undefined,
): Pick<Judging, 'value'> {
  const verdicts = votes.map(majority).filter((verdict) => verdict !== undefined);
  const value = verdicts.length === votes.length ? score(verdicts) : undefined;
  return value === undefined ? {} : { value };
}

interface Asking<Read> {
  /** Id of the answer. */
  readonly item: string;
  readonly asked: JudgeExchange['asked'];
  readonly prompts: readonly string[];
  readonly repeats: number;
  /** Undefined: the reply is unreadable. */
  read(reply: string): Read | undefined;
}

/** Asks each prompt several times and reads the replies; those of the first prompt come first. */
function* ask<Read>(
  exchanges: JudgeExchange[],
  { item, asked, prompts, repeats, read }: Asking<Read>,
): Rounds<readonly (Read | undefined)[]> {
  const all = prompts.flatMap((prompt) =>
    Array.from({ length: repeats }, (_, at): Asked => ({ item, prompt, repeat: at + 1 })),
  );
  const replies = yield all;
  return all.map((ask, at) => {
    const { text = '', cut = false, refused } = replies[at] ?? {};
    // A truncated list lacks an unknown rest; a verdict precedes its explanation, so it survives truncation.
    const isWhole = refused === undefined && !(cut && asked === 'claims');
    const value = isWhole ? read(text) : undefined;
    const unread = `It is not in the form that was asked for.${cut ? ' It was cut at max tokens.' : ''}`;
    exchanges.push({
      ...{ asked, repeat: ask.repeat, prompt: ask.prompt },
      ...(refused === undefined ? { reply: text } : {}),
      ...(value === undefined ? { problem: refused ?? unread } : {}),
    });
    return value;
  });
}

/** The first right answer of its question: a judge is shown one. */
function referenceOf({ question }: Judged): string {
  return (referencesOf(question)[0] ?? '').trim();
}

/** Fills in all places at once: text that is filled in is not searched for places. */
function filled(template: string, texts: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(texts, name) ? (texts[name] ?? all) : all,
  );
}
