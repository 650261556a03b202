import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBackends } from '@graft/backends';
import { createCatalogue } from '@graft/backends/catalogue';
import type { SearchIndex } from '@graft/graph';
import { modelsFolder } from '../env.ts';
import { peakOf } from '../report/measured-process.ts';
import { median, printTable, verdict } from '../report/table.ts';
import { dimension, MadeVectors } from './made-vectors.ts';
import { Nearest } from './nearest.ts';

/**
 * Search in an index of made vectors, as `index` builds it and `retrieve` asks it, one question after another: the share
 * of the ten nearest that it finds, told exactly by comparing all, and the time of a question. Then one in a hundred chunks goes
 * and as many come, and the index is made of the one before, beside building that whole. Processor time stands beside the time
 * on the clock: other work on the machine hardly changes it. Arguments: chunks, questions, kinds.
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
/** How many chunks are others by the second building. */
const changed = Math.round(chunks / 100);
const truth = nearestOf(0);
const laterTruth = nearestOf(changed);

/** Seconds that the vectors alone take. */
const making = await makingOf();

const folder = await mkdtemp(path.join(tmpdir(), 'graft-search-'));
await using backends = createBackends({ catalogue: createCatalogue({ modelsFolder }) });
try {
  const rows: string[][] = [];
  for (const kind of kinds.filter(isKind)) rows.push(...(await measured(kind)));
  console.log(`${chunks.toLocaleString('en')} chunks × ${dimension}, ${questions} questions\n`);
  printTable(
    [
      'index',
      'recall@10',
      'p50 ms',
      'p95 ms',
      'CPU ms',
      'build s',
      'CPU s',
      'MB',
      'built anew',
      'bars',
    ],
    rows,
  );
  const peak = await peakOf(process.pid);
  console.log(`\nBars: recall@10 ≥ ${bars.recall}, p50 ≤ ${bars.ms} ms.`);
  console.log(`Peak memory of all of it: ${(peak / 1e6).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true });
}

async function makingOf(): Promise<{ readonly clock: number; readonly processor: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  let width = 0;
  for await (const { vector } of made.chunks(0, chunks)) width += vector.length;
  if (width !== chunks * dimension) throw new Error('The vectors are not as wide as they say.');
  const clock = (performance.now() - started) / 1000;
  return { clock, processor: seconds(process.cpuUsage(before)) };
}

function nearestOf(from: number): readonly (readonly number[])[] {
  const nearest = new Nearest(asked, k);
  for (let seed = from; seed < from + chunks; seed += 1) nearest.see(made.at(seed));
  return nearest.scores();
}

/** An index of a kind; the same after a change, made of that; and built whole. */
async function measured(kind: Kind): Promise<string[][]> {
  const [whole, extended, again] = [0, 1, 2].map((at) =>
    path.join(folder, `${kind}-${String(at)}`),
  );
  if (whole === undefined || extended === undefined || again === undefined) return [];
  const rows = [await row(kind, { own: whole, kind, from: 0 })];
  if (kind !== 'hnsw') return rows;
  const from = changed;
  rows.push(await row(`${kind}, 1 % changed`, { own: extended, kind, from, previous: whole }));
  rows.push(await row(`${kind}, the same whole`, { own: again, kind, from }));
  return rows;
}

interface Building {
  readonly own: string;
  readonly kind: Kind;
  /** The first chunk. */
  readonly from: number;
  readonly previous?: string;
}

async function row(name: string, { own, kind, from, ...rest }: Building): Promise<string[]> {
  const before = process.cpuUsage();
  const started = performance.now();
  const { reused } = await backends.buildIndex({
    ...{ rows: () => made.chunks(from, from + chunks), dimension, folder: own },
    ...{ language: 'English', kind, ...rest },
  });
  const build = (performance.now() - started) / 1000 - making.clock;
  const built = seconds(process.cpuUsage(before)) - making.processor;
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
    const least = ((from === 0 ? truth : laterTruth)[at]?.at(-1) ?? 1) - rounding;
    found += scores.filter((score) => score >= least).length;
  }
  const processor = (seconds(process.cpuUsage(searching)) * 1000) / questions;
  const recall = found / (questions * k);
  const p50 = median(times);
  const p95 = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
  const cells = [
    ...[name, recall.toFixed(4), p50.toFixed(1), p95.toFixed(1), processor.toFixed(1)],
    ...[build.toFixed(1), built.toFixed(1), ((await sizeOf(own)) / 1e6).toFixed(0)],
    (chunks - reused).toLocaleString('en'),
    `${verdict(recall, { atLeast: bars.recall })}, ${verdict(p50, { atMost: bars.ms })}`,
  ];
  // At a million chunks the next row is an hour away.
  console.error(cells.join('  '));
  return cells;
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
