import {
  GraphError,
  type Hit,
  type InputsOf,
  type ParamsOf,
  type QuestionHits,
  type RunContext,
} from '@graft/graph';
import { leanings, tellEither } from '../kit/asking/yes-or-no.ts';
import { fillPrompt } from '../kit/asking/fill-prompt.ts';
import { contentWords } from '../kit/text/content-words.ts';
import { wordCover } from '../kit/text/word-cover.ts';
import type { gradeHits } from './node.ts';

type Params = ParamsOf<typeof gradeHits>;

/** Rows whose prompts are made at once. */
const batch = 256;

/** The grades of each row's hits, from 0 to 1, in order. */
export async function gradesOf(
  ctx: RunContext,
  { hits, model }: InputsOf<typeof gradeHits>,
  params: Params,
): Promise<number[][]> {
  if (params.by !== 'model') {
    const grades: number[][] = [];
    for await (const row of hits.rows()) {
      ctx.signal.throwIfAborted();
      grades.push(plainGrades(row, params.by, ctx.node));
    }
    return grades;
  }
  if (model === undefined) {
    throw new GraphError('missing-input', 'Connect the model that grades.', {
      location: { node: ctx.node, port: 'model' },
    });
  }
  const grades: number[][] = [];
  let either = 0;
  let asked = 0;
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
      grades.push(leaning.slice(at, at + row.hits.length).map(({ yes }) => yes));
      at += row.hits.length;
    }
    either += leaning.reduce((sum, one) => sum + one.either, 0);
    asked += leaning.length;
  };
  let rows: QuestionHits[] = [];
  for await (const row of hits.rows()) {
    if (rows.push(row) < batch) continue;
    await grade(rows);
    rows = [];
  }
  await grade(rows);
  tellEither(ctx, either, asked);
  return grades;
}

/** Throws `bad-input` where hits do not have the score that they are to be graded by. */
function plainGrades(
  row: QuestionHits,
  by: Exclude<Params['by'], 'model'>,
  node: string,
): number[] {
  if (by === 'words') {
    const asked = contentWords(row.question.question);
    return row.hits.map(({ chunk }) => wordCover(asked, wordsOf(chunk)));
  }
  if (by === 'margin') {
    return margins(row.hits.map(({ score }) => score));
  }
  return row.hits.map(({ scores: { dense } }) => {
    if (dense !== undefined) return Math.min(1, Math.max(0, dense));
    throw new GraphError(
      'bad-input',
      `A hit of ${row.id} has no cosine: it was found by words alone. Retrieve by the mode dense, or grade by words.`,
      { location: { node, param: 'by' } },
    );
  });
}

/**
 * What scores are beside the best of them, which has 1: its distance is measured by the score farthest from 0, so that scores
 * may be negative; where none is, it is their share of the best.
 */
function margins(scores: readonly number[]): number[] {
  const best = Math.max(...scores);
  const scale = Math.max(...scores.map(Math.abs));
  return scores.map((score) => (scale === 0 ? 1 : Math.max(0, (scale - best + score) / scale)));
}

function wordsOf({ text, headings, source }: Hit['chunk']): ReadonlySet<string> {
  return new Set(contentWords([source.title, ...headings, text].join(' ')));
}

/** What is to be said of grades that part nothing; undefined where they part something. */
export function noteOfGrades(
  grades: readonly (readonly number[])[],
  { by, threshold }: Params,
): string | undefined {
  const all = grades.flat().sort((a, b) => a - b);
  const [least] = all;
  const most = all.at(-1);
  if (least === undefined || most === undefined) return undefined;
  const isSplit = least < threshold && most >= threshold;
  if (isSplit) return undefined;
  const middle = all[Math.floor(all.length / 2)] ?? least;
  return `By ${by} all hits are graded from ${least.toFixed(2)} to ${most.toFixed(2)}, ${middle.toFixed(2)} in the middle: a threshold of ${threshold} parts nothing. Choose one between.`;
}
