import path from 'node:path';
import { Hits, parseGraph, questionHitsSchema, setParam, type QuestionHits } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { printTable, verdict } from '../report/table.ts';

/** Recall of a graph's retrieval, read from the artifacts of its runs: as the file has it, and in each mode. Its node `retriever` is the library's. */
const file = path.resolve(process.argv[2] ?? 'examples/rag-quickstart.graft.json');
const bar = 0.9;

await using workspace = await openWorkspace({ root: path.dirname(file) });
const name = path.basename(file);
const { text } = await workspace.graphs.read(name);
const saved = parseGraph(text, name);
const rows: string[][] = [];
let measured = Number.NaN;
for (const mode of [undefined, 'hybrid', 'dense', 'bm25'] as const) {
  const graph =
    mode === undefined ? saved : setParam(saved, { node: 'retriever', param: 'set.mode' }, mode);
  const hits = await hitsOf(workspace, graph);
  if (mode === undefined) measured = recallAt(3, hits);
  rows.push([
    mode ?? 'as saved',
    String(answerable(hits).length),
    ...[1, 3, 5, 10].map((k) => recallAt(k, hits).toFixed(3)),
    meanReciprocalRank(hits).toFixed(3),
  ]);
}
printTable(['mode', 'questions', 'recall@1', 'recall@3', 'recall@5', 'recall@10', 'MRR'], rows);
console.log(`\nBar: recall@3 ≥ ${String(bar)}: ${verdict(measured, { atLeast: bar })}`);

async function hitsOf(
  workspace: Workspace,
  graph: ReturnType<typeof parseGraph>,
): Promise<QuestionHits[]> {
  const { runId, finished } = await workspace.runs.start(graph, name, { only: 'retriever' });
  const { status, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? `The run was ${status}.`);
  const step = (await workspace.journal.steps(runId)).find(
    ({ node }) => node === 'retriever/retrieve',
  );
  const artifact = Object.values(step?.outputs ?? {}).find(
    ({ mediaType }) => mediaType === Hits.mediaType,
  );
  if (artifact === undefined) throw new Error('The node "retriever/retrieve" gave no hits.');
  const { rows: page1 } = await workspace.rows.page(artifact, 0, artifact.count ?? 1000);
  return page1.map((row) => questionHitsSchema.parse(row));
}

/** The share of the documents that hold the answer that are among the first `k` hits, averaged over the answerable questions. */
function recallAt(k: number, rows: readonly QuestionHits[]): number {
  return mean(
    answerable(rows).map(({ question, hits }) => {
      const found = new Set(hits.slice(0, k).map(({ chunk }) => chunk.source.path));
      const wanted = question.documents ?? [];
      return wanted.filter((document) => found.has(document)).length / wanted.length;
    }),
  );
}

/** Mean reciprocal rank of the first hit from a document that holds the answer. */
function meanReciprocalRank(rows: readonly QuestionHits[]): number {
  return mean(
    answerable(rows).map(({ question, hits }) => {
      const first = hits.find(({ chunk }) => question.documents?.includes(chunk.source.path));
      return first === undefined ? 0 : 1 / first.rank;
    }),
  );
}

function answerable(rows: readonly QuestionHits[]): readonly QuestionHits[] {
  return rows.filter(({ question }) => (question.documents?.length ?? 0) > 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
