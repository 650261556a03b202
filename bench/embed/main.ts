import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { modelsFolder } from '../env.ts';
import { median, printTable, verdict } from '../report/table.ts';
import { bareLoop } from './bare-loop.ts';
import { embedNode } from './embed-node.ts';
import { textsInArrivalOrder } from './texts.ts';

/** Texts a second of the `embed` node beside a bare @huggingface/transformers loop over the same texts. */
const model = 'all-MiniLM-L6-v2';
const bars = { speed: 1.3, difference: 1e-3 };
const rounds = 3;

const texts = textsInArrivalOrder(Number(process.argv[2] ?? 1000));
const folder = await mkdtemp(path.join(tmpdir(), 'graft-embed-'));
try {
  const catalogue = createCatalogue({ modelsFolder });
  const modelFolder = await catalogue.fetch(model);
  const bare = await bareLoop(modelFolder);
  const node = await embedNode({ stateFolder: folder, modelsFolder, model });
  await bare.embed(texts.slice(0, 64));
  await node.embed(texts.slice(0, 64));
  const times: { bare: number; node: number }[] = [];
  let difference = 0;
  for (let round = 0; round < rounds; round++) {
    const expected = await bare.embed(texts);
    const got = await node.embed(texts);
    times.push({ bare: expected.ms, node: got.ms });
    difference = Math.max(difference, largestDifference(expected.vectors, got.vectors));
  }
  const rate = (ms: number): string => ((1000 * texts.length) / ms).toFixed(1);
  const ratios = times.map((time) => time.bare / time.node);
  console.log(`${String(texts.length)} texts, ${model}, cpu; texts/s by round.\n`);
  printTable(
    ['round', 'bare loop', 'embed node', 'ratio'],
    times.map((time, round) => [
      String(round + 1),
      rate(time.bare),
      rate(time.node),
      `${(ratios[round] ?? 0).toFixed(2)}×`,
    ]),
  );
  console.log(
    `\nMedian ratio ${median(ratios).toFixed(2)}×, bar ≥ 1.3×: ${verdict(median(ratios), { atLeast: bars.speed })}`,
  );
  console.log(
    `Largest difference of a component ${difference.toExponential(2)}, bar ≤ 1e-3: ${verdict(difference, { atMost: bars.difference })}`,
  );
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [row, left] of a.entries()) {
    const right = b[row] ?? new Float32Array();
    for (const [column, value] of left.entries()) {
      largest = Math.max(largest, Math.abs(value - (right[column] ?? Number.POSITIVE_INFINITY)));
    }
  }
  return largest;
}
