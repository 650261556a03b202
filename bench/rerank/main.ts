import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { readRows, runStep, writeArtifact } from '@graft/engine';
import { Hits, questionHitsSchema, type QuestionHits, type StepRequest } from '@graft/graph';
import { rerank as definition } from '@graft/nodes/definitions';
import { openWorkerHost } from '@graft/worker/host';
import { modelsFolder } from '../env.ts';
import { peakOf } from '../report/measured-process.ts';
import { printTable, verdict } from '../report/table.ts';
import { scoreEachQuestion } from './each-question.ts';
import { questionsWithHits } from './work.ts';

/**
 * The `rerank` node's late interaction over questions that share chunks, cold and with its item cache, beside a loop
 * that embeds the hits of each question. Both in turns over the same questions, so that what else the machine does
 * falls on both; the node has to be faster and to give the same scores. Arguments: questions, hits, chunks.
 */
const model = 'all-MiniLM-L6-v2';
const bars = { ratio: 4, difference: 1e-4 };
const [questions = 225, hits = 50, chunks = 2000] = process.argv.slice(2).map(Number);
const rows = questionsWithHits({ questions, hits, chunks });
/** Questions of one turn; the node keeps its item cache from turn to turn, as from batch to batch. */
const turn = 25;

const folder = await mkdtemp(path.join(tmpdir(), 'graft-rerank-'));
try {
  const host = await openWorkerHost({
    root: folder,
    stateFolder: folder,
    modelsFolder,
    threads: availableParallelism(),
  });
  const { signal } = new AbortController();
  const services = await host.services({
    ...{ node: 'bench', device: 'cpu', signal, progress: () => undefined },
    waiting: () => undefined,
    held: () => undefined,
    spent: () => undefined,
    models: new Map(),
  });
  const embedder = await services.backends.embedder(model);
  await embedder.embedTokens(['warm'], signal);

  const rerank = async (some: readonly QuestionHits[], weight: number): Promise<QuestionHits[]> => {
    const input = await writeArtifact(host.artifacts, { port: 'hits', type: Hits, value: some });
    const params = { method: 'late-interaction', embedder: model, top: hits, weight };
    const request: StepRequest = {
      ...{ runId: 'bench', node: 'rerank', type: 'rerank', lane: 'inference' as const },
      ...{ sources: [], device: 'cpu' },
      params: definition.params.parse(params),
      inputs: { hits: [input] },
      inputFacets: {},
      cacheKey: `${String(weight)} ${input.digest}`,
      familyParts: [{ name: 'param.weight', value: String(weight) }],
    };
    const { outputs } = await runStep(host, request, { signal, report: () => undefined });
    const { hits: output } = outputs;
    if (output === undefined) throw new Error('The node gave no hits.');
    const result: QuestionHits[] = [];
    for await (const row of readRows(host.artifacts, output, Hits)) {
      result.push(questionHitsSchema.parse(row));
    }
    return result;
  };

  const ms = { loop: 0, node: 0, again: 0 };
  let difference = 0;
  const timed = async <T>(name: keyof typeof ms, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work();
    ms[name] += performance.now() - startedAt;
    return result;
  };
  for (let at = 0; at < rows.length; at += turn) {
    const some = rows.slice(at, at + turn);
    const expected = await timed('loop', async () => {
      const scores: number[][] = [];
      for (const row of some) scores.push(await scoreEachQuestion(embedder, row));
      return scores;
    });
    const given = await timed('node', () => rerank(some, 1));
    difference = Math.max(difference, farthest(some, expected, given));
  }
  // Another weight: every question is scored anew, no text is embedded again.
  await timed('again', () => rerank(rows, 2));

  console.log(
    `${String(questions)} questions × ${String(hits)} hits of ${String(chunks)} chunks, ${model}, cpu.\n`,
  );
  printTable(
    ['late interaction', 'questions/s', 'of the loop'],
    (['loop', 'node', 'again'] as const).map((name) => [
      { loop: 'each question embeds its hits', node: 'the node', again: 'the node, next run' }[
        name
      ],
      ((1000 * rows.length) / ms[name]).toFixed(2),
      `${(ms.loop / ms[name]).toFixed(2)}×`,
    ]),
  );
  const ratio = ms.loop / ms.node;
  console.log(`\nRatio ${ratio.toFixed(2)}×, bar ≥ 4×: ${verdict(ratio, { atLeast: bars.ratio })}`);
  console.log(
    `Largest difference of a score: ${difference.toExponential(1)}, bar ≤ 1e-4: ${verdict(difference, { atMost: bars.difference })}`,
  );
  console.log(`Peak memory: ${((await peakOf(process.pid)) / 2 ** 20).toFixed(0)} MiB`);
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);

function farthest(
  rows: readonly QuestionHits[],
  expected: readonly (readonly number[])[],
  given: readonly QuestionHits[],
): number {
  let most = rows.length === given.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [i, row] of rows.entries()) {
    const scores = new Map(given[i]?.hits.map(({ chunk, scores }) => [chunk.id, scores['rerank']]));
    for (const [j, { chunk }] of row.hits.entries()) {
      const score = scores.get(chunk.id) ?? Number.NaN;
      const away = Math.abs(score - (expected[i]?.[j] ?? Number.NaN));
      most = Number.isNaN(away) ? Number.POSITIVE_INFINITY : Math.max(most, away);
    }
  }
  return most;
}
