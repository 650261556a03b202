import type { Question } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { hitsOf } from '../kit/testing/question-rows.ts';
import { openRealModel } from '../kit/testing/real-model.ts';
import { rowsInput } from '../kit/testing/test-context.ts';
import { gradeHits } from './node.ts';
import { run } from './run.ts';

const question: Question = { id: 'q1', question: 'When is the eastern kiln lit?' };
const rows = [
  hitsOf(question, {
    'east.md': 'The eastern kiln is lit at 05:40 by the night guard.',
    'mugs.md': 'Mugs are wrapped in straw and sent by the carrier on Fridays.',
  }),
];

it('is graded by a real model, the same each time, and again by another threshold at once', async () => {
  const grades: number[][] = [];
  for (const thresholds of [[0], [0, 1]]) {
    await using real = openRealModel();
    for (const threshold of thresholds) {
      const params = gradeHits.params.parse({ by: 'model', threshold, context: 1024, least: 2 });
      const inputs = { hits: rowsInput(rows), model: real.model };
      const { hits } = await run.run(real.ctx, inputs, params);
      const [row] = await rowsOf(hits);
      grades.push((row?.hits ?? []).map(({ scores: { grade = -1 } }) => grade));
    }
  }
  const [first = [], second, third] = grades;
  expect(first).toHaveLength(2);
  for (const grade of first) {
    expect(grade).toBeGreaterThan(0);
    expect(grade).toBeLessThan(1);
  }
  expect(first[0]).not.toBe(first[1]);
  expect([second, third]).toEqual([first, first]);
});
