import type { QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { cutMarkdown } from './chunk/cut-markdown.ts';
import { marginalOrder } from './diversify/marginal-order.ts';
import { gradeHits } from './grade-hits/node.ts';
import { run as grade } from './grade-hits/run.ts';
import { greatest, least } from './kit/evaluation/numeric.ts';
import { leaningContext, modelInput, rowsOf } from './kit/testing/leaning-model.ts';
import { chunkOf, hitOf } from './kit/testing/question-rows.ts';
import { rowsInput, runAll, testContext } from './kit/testing/test-context.ts';
import { countWords } from './rerank/boilerplate.ts';
import { rerank } from './rerank/node.ts';
import { run as rank } from './rerank/run.ts';
import { route } from './route/node.ts';
import { run as send } from './route/run.ts';
import { scoreQuestion } from './score-hits/score-question.ts';

/** More than a call can have arguments. */
const count = 130_000;
const chunk = chunkOf('a.md', 'The kiln is lit at six.');
const question = { id: 'q', question: 'When is the kiln lit?' };
const hits = Array.from({ length: count }, (_, at) => hitOf(chunk, at + 1, { dense: 0.5 }));
const row: QuestionHits = { id: 'q', question, hits };
const { ctx } = leaningContext(undefined);

it('finds the ends of any number of values, and NaN where one is', () => {
  const values = Array.from({ length: 3 * count }, (_, at) => at - 7);
  expect([least(values), greatest(values)]).toEqual([-7, 3 * count - 8]);
  expect([least([]), greatest([])]).toEqual([Infinity, -Infinity]);
  expect([least([1, NaN, 2]), greatest([1, NaN, 2])]).toEqual([NaN, NaN]);
});

it('grades, ranks, scores and diversifies a list of 130,000 hits', async () => {
  const params = gradeHits.params.parse({ by: 'margin', threshold: 0.5 });
  const graded = await grade.run(ctx, { hits: rowsInput([row]), model: modelInput }, params);
  const [kept] = await rowsOf(graded.hits);
  // Scores are 1 / rank.
  expect(kept?.hits).toHaveLength(2);

  const [ranked] = await runAll(rank, [row], {
    ctx: testContext(),
    inputs: { hits: rowsInput([row]), model: undefined, trained: undefined },
    params: rerank.params.parse({ method: 'none', quality: 0.5, today: '2026-11-01', top: 3 }),
  });
  expect(ranked?.hits).toHaveLength(3);

  const paths = hits.map((_, at) => `${String(at)}.md`);
  const apart = hits.map((hit, at) => ({ ...hit, chunk: chunkOf(paths[at] ?? '', 'x') }));
  expect(scoreQuestion(apart, paths, 1).reciprocalRank).toBe(1);

  const vector = Float32Array.of(1, 0);
  const candidates = hits.map(({ score }) => ({ relevance: score, vector }));
  expect(marginalOrder(candidates, { lambda: 1, top: 1 })).toEqual([{ at: 0, value: 1 }]);
});

it('routes by the nearest of 130,000 hits', async () => {
  const inputs = { questions: rowsInput([question]), hits: rowsInput([row]), model: modelInput };
  const sent = await send.run(ctx, inputs, route.params.parse({ by: 'cosine', threshold: 0.5 }));
  expect(await rowsOf(sent.alone)).toEqual([question]);
});

it('counts the words of a line of 130,000 parts, and cuts a section into as many', () => {
  const line = Array.from({ length: count }, () => 'a').join(' · ');
  expect(countWords(line, new Set())).toEqual({ own: 0, all: count });
  const options = { size: 9, overlap: 0, unit: 'characters', prefer: 'lines' } as const;
  expect(cutMarkdown('Lit at 6\n'.repeat(count), options)).toHaveLength(count);
});
