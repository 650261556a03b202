import { GraphError, type Question, type QuestionHits } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import {
  type LeaningRun,
  leaningContext,
  modelInput,
  rowsOf,
} from '../kit/testing/leaning-model.ts';
import { hitsOf } from '../kit/testing/question-rows.ts';
import { rowsInput } from '../kit/testing/test-context.ts';
import { gradeHits } from './node.ts';
import { run } from './run.ts';

const lit: Question = {
  ...{ id: 'q1', question: 'When is the eastern kiln lit?', reference: 'At 05:40.' },
  documents: ['east.md'],
};
const found = {
  'west.md': 'The western kiln cools for 31 hours.',
  'east.md': 'The eastern kiln is lit at 05:40 by the night guard.',
  'shop.md': 'A mug costs £9.',
};
const parrot: Question = { id: 'q2', question: 'What is the parrot called?', answerable: false };
const rows = [hitsOf(lit, found), hitsOf(parrot, found)];
const sure: LeaningRun = leaningContext(() => 0.5);

async function grade(
  hits: readonly QuestionHits[],
  params: object,
  { ctx, log }: LeaningRun = sure,
) {
  const given = await run.run(
    ctx,
    { hits: rowsInput(hits), model: modelInput },
    gradeHits.params.parse(params),
  );
  const left = (all: readonly QuestionHits[]) =>
    all.map((row) => [row.id, row.hits.map(({ chunk }) => chunk.source.path)]);
  const kept = await rowsOf(given.hits);
  return {
    hits: kept,
    kept: left(kept),
    dropped: left(await rowsOf(given.dropped)),
    lacking: (await rowsOf(given.lacking)).map(({ id }) => id),
    metrics: explained(gradeHits, await rowsOf(given.metrics)),
    log,
  };
}

describe('grading', () => {
  it('keeps what shares the question’s words, with its grade, and says of what nothing is left', async () => {
    const { hits, kept, dropped, lacking } = await grade(rows, { threshold: 0.6 });
    expect(kept).toEqual([['q1', ['east.md']]]);
    expect(hits[0]?.hits[0]).toMatchObject({
      rank: 1,
      before: 2,
      score: 1 / 2,
      scores: { grade: 1 },
    });
    expect(dropped).toEqual([
      ['q1', ['west.md', 'shop.md']],
      ['q2', ['west.md', 'east.md', 'shop.md']],
    ]);
    expect(lacking).toEqual(['q2']);
  });

  it('measures by the documents that hold the answer, and by what has none', async () => {
    const of = async (threshold: number) => (await grade(rows, { threshold })).metrics;
    expect((await of(0.6)).map(({ item, values }) => [item, values])).toEqual([
      [
        undefined,
        {
          ...{ precision: 1, recall: 1, rightAbstention: 1, falseAbstention: 0 },
          ...{ keptShare: 1 / 6, questions: 1, unanswerable: 1 },
        },
      ],
      ['q1', { precision: 1, recall: 1, falseAbstention: 0, keptShare: 1 / 3 }],
      ['q2', { rightAbstention: 1, keptShare: 0 }],
    ]);
    const [summary] = await of(0);
    expect(summary?.values).toMatchObject({ precision: 1 / 3, recall: 1, rightAbstention: 0 });
    const [strict] = (await grade([hitsOf(lit, { 'east.md': 'Nothing.' })], {})).metrics;
    expect(strict?.values).toMatchObject({ recall: 0, falseAbstention: 1 });
    expect(strict?.values).not.toHaveProperty('precision');
  });

  it('keeps the best in any case where it is told to, the first of equals', async () => {
    expect((await grade(rows, { threshold: 1, least: 2 })).kept).toEqual([
      ['q1', ['west.md', 'east.md']],
      ['q2', ['west.md', 'east.md']],
    ]);
  });

  it('grades by the score beside the best one’s', async () => {
    expect((await grade(rows, { by: 'margin', threshold: 0.4 })).kept).toEqual([
      ['q1', ['west.md', 'east.md']],
      ['q2', ['west.md', 'east.md']],
    ]);
  });

  it('grades by the score beside the best one’s where scores are negative or 0, too', async () => {
    const gradesOf = async (...scores: number[]) => {
      const [first] = hitsOf(lit, found).hits;
      const hits = first === undefined ? [] : scores.map((score) => ({ ...first, score }));
      const all = await grade([{ id: 'q1', question: lit, hits }], { by: 'margin', threshold: 0 });
      return all.hits.flatMap((row) => row.hits.map(({ scores: { grade: one } }) => one));
    };
    expect(await gradesOf(-8, -2, -5)).toEqual([0.25, 1, 0.625]);
    expect(await gradesOf(4, -4, 1)).toEqual([1, 0, 0.25]);
    expect(await gradesOf(0, -1)).toEqual([1, 0]);
    expect(await gradesOf(0, 0)).toEqual([1, 1]);
    expect(await gradesOf(0.25, 0.5)).toEqual([0.5, 1]);
  });

  it('grades by cosines, and refuses hits that have none', async () => {
    const [row] = rows;
    const hits = (row?.hits ?? []).map((hit, at) => ({
      ...hit,
      scores: { dense: [-0.2, 0.4, 0.1][at] },
    }));
    const cosines = [{ id: 'q1', question: lit, hits }] as QuestionHits[];
    expect((await grade(cosines, { by: 'cosine', threshold: 0.3 })).kept).toEqual([
      ['q1', ['east.md']],
    ]);
    await expect(grade(rows, { by: 'cosine' })).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { node: 'node-1', param: 'by' } },
      message: expect.stringContaining('A hit of q1 has no cosine'),
    });
  });
});

describe('a model that grades', () => {
  it('is asked once about each chunk, and decides by how far it leans to yes', async () => {
    const model = leaningContext((prompt) => (/05:40.*lit\?/s.test(prompt) ? 0.6 : 0.1));
    const { hits, kept, lacking } = await grade(rows, { by: 'model' }, model);
    expect([kept, lacking]).toEqual([[['q1', ['east.md']]], ['q2']]);
    // 0.6 beside half of the rest.
    expect(hits[0]?.hits[0]?.scores.grade).toBeCloseTo(0.75, 12);
    expect(model.asked).toHaveLength(6);
    expect(model.asked[0]).toContain('Passage:\nA mug costs £9.\n\nQuestion: What is the parrot');
    await grade(rows, { by: 'model', threshold: 0.9 }, model);
    expect(model.asked).toHaveLength(6);
  });

  it('says that a threshold parts nothing, and that it is not answered', async () => {
    const model = leaningContext(() => 0.01, 0.2);
    const { kept, log } = await grade(rows, { by: 'model', threshold: 0.01 }, model);
    expect(kept.flatMap(([, paths]) => paths)).toHaveLength(6);
    expect(log).toEqual([
      expect.stringMatching(
        /warning .*yes or no: together they have a probability of 21 % on average/,
      ),
      'info : Kept 6 of 6 hits. 0 of 2 questions have no hit left.',
      'warning : The threshold 0.01 separates no hits: grades by model go from 0.05 to 0.05, with a median of 0.05. Choose a threshold within that range.',
    ]);
  });

  it('that cannot read a prompt grades the other hits, and names the chunk and the question', async () => {
    const model = leaningContext((prompt) => {
      if (!prompt.includes('£9')) return 0.5;
      throw new GraphError('bad-input', 'the prompt has 9000 tokens');
    });
    const graded = [hitsOf(lit, found)].map((row) => ({
      ...row,
      hits: row.hits.map((hit) => ({ ...hit, scores: { ...hit.scores, grade: 1 } })),
    }));
    const { kept, dropped, hits, metrics, log } = await grade(graded, { by: 'model' }, model);
    expect(kept).toEqual([['q1', ['west.md', 'east.md']]]);
    expect(dropped).toEqual([['q1', ['shop.md']]]);
    expect(metrics.map(({ values }) => values['unjudged'])).toEqual([1 / 3, 1 / 3]);
    expect(log).toContainEqual(
      expect.stringMatching(
        /^warning : The model could not judge 1 of 3 hits; they count as the lowest grade.*about the chunk ".*shop.*" and the question "q1": the prompt has 9000 tokens\.$/,
      ),
    );
    // Nor has it the grade that it came with.
    const all = await grade(graded, { by: 'model', least: 3 }, model);
    expect(all.hits[0]?.hits.map(({ scores }) => scores.grade)).toEqual([
      ...(hits[0]?.hits.map(({ scores }) => scores.grade) ?? []),
      undefined,
    ]);
  });

  it('is missed where there is none', () => {
    const params = gradeHits.params.parse({ by: 'model' });
    expect(gradeHits.check?.(params, {}, () => undefined)).toEqual([
      { port: 'model', message: expect.stringContaining('Connect a Base model') },
    ]);
    expect(gradeHits.check?.(gradeHits.params.parse({}), {}, () => undefined)).toEqual([]);
    const without = { prompt: 'Does {passage} help?' };
    expect(gradeHits.params.safeParse(without).error?.message).toContain('must contain {question}');
  });
});

it('takes no hits at all', async () => {
  const { kept, lacking, metrics } = await grade([], {});
  expect([kept, lacking]).toEqual([[], []]);
  expect(metrics).toEqual([{ series: 'summary', values: { questions: 0 } }]);
});
