import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hit } from '@graft/graph';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { scoreQuestion } from './score-question.ts';

/** Made by fixtures/trec-scores.py, at k = 5. */
const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'trec-scores.json'), 'utf8');
const rows = z
  .array(
    z.strictObject({
      ...{ documents: z.array(z.string()), ranked: z.array(z.string()) },
      ...{ 'recall@5': z.number(), mrr: z.number(), 'ndcg@5': z.number(), map: z.number() },
    }),
  )
  .parse(JSON.parse(fixture));

function hit(path: string, at: number): Hit {
  const span = { documentId: path, path, title: path, start: 0, end: 1, firstLine: 1, lastLine: 1 };
  const chunk = { id: path, text: path, headings: [], source: span, metadata: {} };
  return { rank: at + 1, score: 1 / (at + 1), scores: {}, chunk };
}

it('are those of trec_eval, where each hit is of another document', () => {
  expect(rows).toHaveLength(60);
  for (const { documents, ranked, ...wanted } of rows) {
    const scores = scoreQuestion(ranked.map(hit), documents, 5);
    expect(scores.recall).toBeCloseTo(wanted['recall@5'], 9);
    expect(scores.reciprocalRank).toBeCloseTo(wanted.mrr, 9);
    expect(scores.ndcg).toBeCloseTo(wanted['ndcg@5'], 9);
    expect(scores.averagePrecision).toBeCloseTo(wanted.map, 9);
  }
  expect(rows.filter(({ map }) => map > 0 && map < 1).length).toBeGreaterThan(20);
});
