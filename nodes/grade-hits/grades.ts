import {
  GraphError,
  type Hit,
  type InputsOf,
  ItemFailure,
  type ParamsOf,
  type QuestionHits,
  type RunContext,
} from '@graft/graph';
import { type Leaning, leanings, tellLeanings, tellUnasked } from '../kit/asking/yes-or-no.ts';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import { greatest } from '../kit/evaluation/numeric.ts';
import { contentWords, wordCover } from '../kit/text/content-words.ts';
import type { gradeHits } from './node.ts';

type Params = ParamsOf<typeof gradeHits>;

/** Rows whose prompts are prepared at once. */
const batch = 256;

/** From 0 to 1; undefined: the model could not be asked. */
export type Grade = number | undefined;

/** The grades of each row's hits, in order. */
export async function gradesOf(
  ctx: RunContext,
  { hits, model }: InputsOf<typeof gradeHits>,
  params: Params,
): Promise<Grade[][]> {
  if (params.by !== 'model') {
    const grades: number[][] = [];
    for await (const row of hits.rows()) {
      ctx.signal.throwIfAborted();
      grades.push(plainGrades(row, params.by, ctx.node));
    }
    return grades;
  }
  if (model === undefined) {
    throw new GraphError(
      'missing-input',
      'Connect a Base model to grade with, or grade by words.',
      {
        location: { node: ctx.node, port: 'model' },
      },
    );
  }
  const grades: Grade[][] = [];
  const all: (Pick<Leaning, 'either'> | ItemFailure)[] = [];
  const grade = async (rows: readonly QuestionHits[]): Promise<void> => {
    const prompts = rows.flatMap(({ question, hits: own }) =>
      own.map(({ chunk }) => ({
        about: `the chunk "${chunk.id}" and the question "${question.id}"`,
        system: '',
        prompt: fillPrompt(params.prompt, { question: question.question, passage: chunk.text }),
      })),
    );
    const leaning = await leanings(ctx, prompts, { model, ...params });
    let at = 0;
    for (const row of rows) {
      const own = leaning.slice(at, at + row.hits.length);
      grades.push(own.map((leaning) => (leaning instanceof ItemFailure ? undefined : leaning.yes)));
      at += own.length;
    }
    for (const result of leaning)
      all.push(result instanceof ItemFailure ? result : { either: result.either });
  };
  let rows: QuestionHits[] = [];
  for await (const row of hits.rows()) {
    if (rows.push(row) < batch) continue;
    await grade(rows);
    rows = [];
  }
  await grade(rows);
  tellLeanings(ctx, all);
  tellUnasked(ctx, all, { what: 'hits', then: 'count as the lowest grade' });
  return grades;
}

/** Throws `bad-input` if hits lack the score to grade them by. */
function plainGrades(
  row: QuestionHits,
  by: Exclude<Params['by'], 'model'>,
  node: string,
): number[] {
  if (by === 'words') {
    const cover = wordCover(contentWords(row.question.question));
    return row.hits.map(({ chunk }) => cover(wordsOf(chunk)));
  }
  if (by === 'margin') {
    return margins(row.hits.map(({ score }) => score));
  }
  return row.hits.map(({ scores: { dense } }) => {
    if (dense !== undefined) return Math.min(1, Math.max(0, dense));
    throw new GraphError(
      'bad-input',
      `A hit of ${row.id} has no cosine, because only the word search found it. Set the mode of Retrieve to dense, or grade by words.`,
      { location: { node, param: 'by' } },
    );
  });
}

/**
 * Scores relative to the best, which gets 1. Measures the distance from the best by the score farthest from 0, so that
 * scores may be negative; without negative ones this is the share of the best.
 */
function margins(scores: readonly number[]): number[] {
  const best = greatest(scores);
  const scale = greatest(scores.map(Math.abs));
  return scores.map((score) => (scale === 0 ? 1 : Math.max(0, (scale - best + score) / scale)));
}

function wordsOf({ text, headings, source }: Hit['chunk']): ReadonlySet<string> {
  return new Set(contentWords([source.title, ...headings, text].join(' ')));
}

/** A warning about grades that separate nothing; undefined if they separate hits. */
export function noteOfGrades(
  grades: readonly (readonly Grade[])[],
  { by, threshold }: Params,
): string | undefined {
  const all = grades.flatMap((own) => own.filter((grade) => grade !== undefined));
  all.sort((a, b) => a - b);
  const [least] = all;
  const most = all.at(-1);
  if (least === undefined || most === undefined) return undefined;
  const isSplit = least < threshold && most >= threshold;
  if (isSplit) return undefined;
  const middle = all[Math.floor(all.length / 2)] ?? least;
  return `The threshold ${threshold} separates no hits: grades by ${by} go from ${least.toFixed(2)} to ${most.toFixed(2)}, with a median of ${middle.toFixed(2)}. Choose a threshold within that range.`;
}
