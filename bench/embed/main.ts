import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { FloatActivationsCopy } from '@graft/backends/testing';
import { modelsFolder } from '../env.ts';
import { median, printTable, verdict } from '../report/table.ts';
import { bareLoop } from './bare-loop.ts';
import { embedNode } from './embed-node.ts';
import { prose } from '../report/prose.ts';
import { seededRandom } from '../report/random.ts';

/**
 * Texts a second of the `embed` node beside a bare @huggingface/transformers loop over the same texts, in
 * rounds that alternate: the loop over the model's file as published, which rounds activations to 8 bits and
 * is faster for it, and over the same file with float activations, as the node has them. The node has to be
 * faster than either, and to give the vectors of the second.
 */
const model = 'all-MiniLM-L6-v2';
const bars = { speed: 1.3, difference: 1e-3 };
const texts = textsInArrivalOrder(Number(process.argv[2] ?? 500));
const rounds = Number(process.argv[3] ?? 3);

type Times = Record<'published' | 'node' | 'floats', number[]>;

const folder = await mkdtemp(path.join(tmpdir(), 'graft-embed-'));
try {
  const modelFolder = await createCatalogue({ modelsFolder }).fetch(model);
  await using copy = await FloatActivationsCopy.of(modelFolder, 'onnx/model_q4.onnx');
  const node = await embedNode({ stateFolder: folder, modelsFolder, model });
  const published = await bareLoop(modelFolder);
  const floats = await bareLoop(copy.folder);
  const all = { published, node, floats };
  for (const each of Object.values(all)) await each.embed(texts.slice(0, 64));
  const times: Times = { published: [], node: [], floats: [] };
  const processor: Times = { published: [], node: [], floats: [] };
  let vectors: Record<string, readonly Float32Array[]> = {};
  for (let round = 0; round < rounds; round++) {
    vectors = {};
    for (const name of ['published', 'node', 'floats'] as const) {
      const before = process.cpuUsage();
      const embedded = await all[name].embed(texts);
      const { user, system } = process.cpuUsage(before);
      vectors[name] = embedded.vectors;
      times[name].push(embedded.ms);
      processor[name].push(user + system);
    }
  }
  report(times);
  const [asPublished, sameActivations] = ratios(processor);
  console.log(
    `By processor time, which other work on the machine hardly changes: ${median(asPublished).toFixed(2)}× and ${median(sameActivations).toFixed(2)}×`,
  );
  const difference = largestDifference(vectors['node'], vectors['floats']);
  console.log(
    `Largest difference of a component, same activations: ${difference.toExponential(1)}, bar ≤ 1e-3: ${verdict(difference, { atMost: bars.difference })}`,
  );
  const rounding = largestDifference(vectors['node'], vectors['published']);
  console.log(`From the model as published, whose rounding it is: ${rounding.toExponential(1)}`);
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);

/** By round: the loop over the file as published, and with float activations, to the node. */
function ratios({ published, floats, node }: Times): readonly [number[], number[]] {
  const toNode = (of: readonly number[]): number[] =>
    of.map((value, round) => value / (node[round] ?? Number.NaN));
  return [toNode(published), toNode(floats)];
}

function report(times: Times): void {
  const rate = (ms = Number.NaN): string => ((1000 * texts.length) / ms).toFixed(1);
  const [asPublished, sameActivations] = ratios(times);
  console.log(`${String(texts.length)} texts, ${model}, cpu; texts/s by round.\n`);
  printTable(
    ['round', 'loop as published', 'loop with floats', 'embed node', 'ratios'],
    times.node.map((ms, round) => [
      String(round + 1),
      rate(times.published[round]),
      rate(times.floats[round]),
      rate(ms),
      [asPublished, sameActivations].map((of) => `${(of[round] ?? 0).toFixed(2)}×`).join(' '),
    ]),
  );
  const slowest = Math.min(median(asPublished), median(sameActivations));
  console.log(
    `\nMedian ratios ${median(asPublished).toFixed(2)}× and ${median(sameActivations).toFixed(2)}×, bar ≥ 1.3×: ${verdict(slowest, { atLeast: bars.speed })}`,
  );
}

function largestDifference(
  a: readonly Float32Array[] = [],
  b: readonly Float32Array[] = [],
): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [row, left] of a.entries()) {
    const right = b[row] ?? new Float32Array();
    for (const [column, value] of left.entries()) {
      largest = Math.max(largest, Math.abs(value - (right[column] ?? Number.POSITIVE_INFINITY)));
    }
  }
  return largest;
}

/** Texts of 1 to 12 sentences in no order of length, as chunks of mixed documents arrive. */
function textsInArrivalOrder(count: number): string[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, i) => prose(i, 1 + Math.floor(12 * random() ** 2)));
}
