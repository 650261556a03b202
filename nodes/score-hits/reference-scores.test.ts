import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hit } from '@graft/graph';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { scoreQuestion } from './score-question.ts';

const ranking = { documents: z.array(z.string()), ranked: z.array(z.string()) };
const trecSchema = z.strictObject({
  ...ranking,
  ...{ 'recall@5': z.number(), mrr: z.number(), 'ndcg@5': z.number(), map: z.number() },
});
const contextSchema = z.strictObject({
  ...ranking,
  ...{ contextPrecision: z.number(), contextRecall: z.number() },
});

/** Rows of a fixture, which fixtures/NAME.py makes. */
async function fixture<Row>(name: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
  return z.array(schema).parse(JSON.parse(text));
}

function hit(path: string, at: number): Hit {
  const span = { documentId: path, path, title: path, start: 0, end: 1, firstLine: 1, lastLine: 1 };
  const chunk = { id: path, text: path, headings: [], source: span, metadata: {} };
  return { rank: at + 1, score: 1 / (at + 1), scores: {}, chunk };
}

it('gives the numbers of trec_eval, where each hit is of another document', async () => {
  const rows = await fixture('trec-scores', trecSchema);
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

it('gives the context precision and recall of ragas', async () => {
  const rows = await fixture('context-scores', contextSchema);
  expect(rows).toHaveLength(40);
  for (const { documents, ranked, ...wanted } of rows) {
    const scores = scoreQuestion(ranked.map(hit), documents, ranked.length);
    // Ragas adds 1e-10 to what it divides by.
    expect(scores.contextPrecision).toBeCloseTo(wanted.contextPrecision, 8);
    expect(scores.recall).toBeCloseTo(wanted.contextRecall, 9);
  }
  const between = rows.filter(({ contextPrecision: of }) => of > 0 && of < 0.99);
  expect(between.length).toBeGreaterThan(10);
});
