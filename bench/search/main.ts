import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBackends } from '@graft/backends';
import { createCatalogue } from '@graft/backends/catalogue';
import type { SearchIndex } from '@graft/graph';
import { modelsFolder } from '../env.ts';
import { peakOf } from '../report/peak-memory.ts';
import { median, printTable, verdict } from '../report/table.ts';
import { dimension, MadeVectors } from './made-vectors.ts';
import { Nearest } from './nearest.ts';

/**
 * Search in an index of made vectors, as `index` builds it and `retrieve` asks it, one question after another: the share
 * of the ten nearest that it finds, told exactly by comparing all, and the time of a question. Processor time stands beside the
 * time on the clock: other work on the machine hardly changes it. Arguments: chunks, questions, kinds.
 */
const chunks = Number(process.argv[2] ?? 10_000);
const questions = Number(process.argv[3] ?? 100);
const kinds = (process.argv[4] ?? 'flat,ivf,hnsw').split(',');
const k = 10;
/** Milliseconds of a question. */
const bars = { recall: 0.99, ms: chunks <= 100_000 ? 5 : 15 };
/** What rounding of a cosine similarity may amount to. */
const rounding = 1e-5;

type Kind = 'flat' | 'ivf' | 'hnsw';
const isKind = (kind: string): kind is Kind => ['flat', 'ivf', 'hnsw'].includes(kind);

const made = new MadeVectors();
// Far from the numbers of the chunks: texts of the same field that are not in the index.
const asked = Array.from({ length: questions }, (_, at) => made.at(1_000_000_000 + at));
const nearest = new Nearest(asked, k);
for (let seed = 0; seed < chunks; seed += 1) nearest.see(made.at(seed));
const truth = nearest.scores();

const folder = await mkdtemp(path.join(tmpdir(), 'graft-search-'));
await using backends = createBackends({ catalogue: createCatalogue({ modelsFolder }) });
try {
  const rows: string[][] = [];
  for (const kind of kinds.filter(isKind)) rows.push(await measured(kind));
  console.log(`${chunks.toLocaleString('en')} chunks × ${dimension}, ${questions} questions\n`);
  printTable(
    ['kind', 'recall@10', 'p50 ms', 'p95 ms', 'CPU ms', 'build s', 'CPU s', 'MB', 'bars'],
    rows,
  );
  const peak = await peakOf(process.pid);
  console.log(`\nBars: recall@10 ≥ ${bars.recall}, p50 ≤ ${bars.ms} ms.`);
  console.log(`Peak memory of all of it: ${(peak / 1e6).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true });
}

async function measured(kind: Kind): Promise<string[]> {
  const own = path.join(folder, kind);
  const before = process.cpuUsage();
  const started = performance.now();
  await backends.buildIndex({
    ...{ rows: made.chunks(0, chunks), dimension, folder: own, language: 'English', kind },
  });
  const build = (performance.now() - started) / 1000;
  const built = seconds(process.cpuUsage(before));
  const info = { dimension, rows: chunks, embedder: 'made', embedderDigest: '' };
  using index = await backends.openIndex(own, info);
  // Once, so that what every process reads first is no part of the first question.
  await search(index, asked[0]);
  const times: number[] = [];
  const searching = process.cpuUsage();
  let found = 0;
  for (const [at, vector] of asked.entries()) {
    const start = performance.now();
    const scores = await search(index, vector);
    times.push(performance.now() - start);
    const least = (truth[at]?.at(-1) ?? 1) - rounding;
    found += scores.filter((score) => score >= least).length;
  }
  const processor = (seconds(process.cpuUsage(searching)) * 1000) / questions;
  const recall = found / (questions * k);
  const p50 = median(times);
  const p95 = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
  return [
    ...[kind, recall.toFixed(4), p50.toFixed(1), p95.toFixed(1), processor.toFixed(1)],
    ...[build.toFixed(1), built.toFixed(1), ((await sizeOf(own)) / 1e6).toFixed(0)],
    `${verdict(recall, { atLeast: bars.recall })}, ${verdict(p50, { atMost: bars.ms })}`,
  ];
}

async function search(index: SearchIndex, vector: Float32Array | undefined): Promise<number[]> {
  const hits = await index.search(
    {
      ...{ mode: 'dense', text: '', k, candidates: k, rrf: 60 },
      ...(vector === undefined ? {} : { vector }),
      filter: { paths: [], metadata: {} },
    },
    new AbortController().signal,
  );
  return hits.map(({ score }) => score);
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
