import { globMatcher, type Hit, type ParamsOf, type QuestionHits } from '@graft/graph';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { rerank } from './node.ts';
import { run } from './run.ts';

function rowOf(id: string, paths: readonly string[]): QuestionHits {
  const hits = paths.map((path, at): Hit => {
    const place = { start: 0, end: 1, firstLine: 1, lastLine: 1 };
    const source = { documentId: path, path, title: path, ...place };
    const chunk = { id: path, text: 'Lit.', headings: [], source, metadata: {} };
    return { rank: at + 1, score: 1 / (at + 1), scores: {}, chunk };
  });
  return { id, question: { id, question: 'When?' }, hits };
}
const rows = [
  rowOf('q1', ['town/pages/archive/kilns.md', 'https://example.com/forum/7']),
  rowOf('q2', ['town/pages/news.md']),
];

async function warnings(params: Partial<ParamsOf<typeof rerank>>, given = rows): Promise<string[]> {
  const log: string[] = [];
  await runAll(run, given, {
    ctx: testContext({ log: (level, message) => log.push(`${level}: ${message}`) }),
    inputs: { hits: rowsInput(given), model: undefined, trained: undefined },
    params: rerank.params.parse({ method: 'none', today: '2026-11-01', quality: 0.2, ...params }),
  });
  return log;
}

it('warns of a glob that no hit of any question is of, and of no other', async () => {
  const trust = { '**/archive/**': 0.3, 'archive/**': 0.2, '**/forum/**': 0.3, '**/news.md': 1 };
  expect(await warnings({ trust })).toEqual([
    'warning: No hit matches “archive/**” of Trusted. Paths look like “town/pages/archive/kilns.md”; “**/archive/**” matches that folder anywhere.',
  ]);
  expect(await warnings({ trust: { a: 0, b: 0 } })).toEqual([
    expect.stringContaining('No hit matches “a”, “b” of Trusted.'),
  ]);
});

it('says nothing where trust is not weighed, or there are no hits', async () => {
  const trust = { 'archive/**': 0.2 };
  expect(await warnings({ trust, quality: 0 })).toEqual([]);
  expect(await warnings({ trust, trustWeight: 0 })).toEqual([]);
  expect(await warnings({ trust }, [rowOf('q', [])])).toEqual([]);
});

it('gives an example that matches pages of the example', () => {
  const folder = join(import.meta.dirname, '../../examples/quality-reranking');
  const pages = readdirSync(join(folder, 'pages'), { recursive: true, encoding: 'utf8' });
  const paths = pages.map((page) => `quality-reranking/pages/${page}`);
  const example = String(rerank.params.shape.trust.meta()?.['example']);
  expect(paths.some(globMatcher(example))).toBe(true);
  expect(readFileSync(join(folder, 'quality-reranking.graft.json'), 'utf8')).toContain(example);
});
