import { existsSync } from 'node:fs';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { trainerEnvironment } from '@graft/training/service';
import { z } from 'zod';
import { environment, modelsFolder, peerPython } from '../env.ts';
import { ask } from '../report/measured-process.ts';
import { median, printTable, verdict } from '../report/table.ts';
import { evenBatch, writtenBatches } from './batches.ts';

/**
 * Pairs a second and peak memory of a step of all-MiniLM-L6-v2 on questions and their passages, beside PyTorch as
 * sentence-transformers uses it, each in a process of its own, in turns. Arguments: rounds, steps of a round, threads.
 */
const bar = 1.2;
const [rounds = 3, steps = 4, threads = 2] = process.argv.slice(2).map(Number);
const [few, many] = [
  { pairs: 16, negatives: 1 },
  { pairs: 32, negatives: 0 },
];
const shapes = [
  { name: 'as written', ...many, batches: await writtenBatches(20, many) },
  { name: 'as written', ...few, batches: await writtenBatches(20, few) },
  { name: '16 and 64', ...many, batches: [evenBatch(many, { question: 16, passage: 64 })] },
  { name: '32 and 128', ...few, batches: [evenBatch(few, { question: 32, passage: 128 })] },
];
const model = 'all-MiniLM-L6-v2';

const measuredSchema = z.object({
  milliseconds: z.array(z.number()),
  cpuMilliseconds: z.array(z.number()),
  peakBytes: z.number(),
  version: z.string().optional(),
});
type Measured = z.infer<typeof measuredSchema>;

const folder = await createCatalogue({ modelsFolder }).fetch(model);
const attentions = existsSync(peerPython) ? ['sdpa', 'eager'] : [];
if (attentions.length === 0) {
  console.log(
    `No Python at ${peerPython}: ours alone. For the comparison make a virtual environment there (or name its python in GRAFT_BENCH_PYTHON) and run "pip install torch transformers peft sentence-transformers" in it.\n`,
  );
}

const here = (name: string): string => path.join(import.meta.dirname, name);
async function measureOurs(request: object): Promise<Measured> {
  const weights = 'onnx/model_q4.onnx';
  const env = trainerEnvironment(environment);
  const args = ['--import', 'tsx', here('ours.ts')];
  const answer = await ask(process.execPath, args, {
    request: { ...request, folder, weights },
    env,
  });
  return measuredSchema.parse(answer);
}
async function measurePeer(request: object): Promise<Measured> {
  const args = ['-W', 'ignore', here('peer.py')];
  return measuredSchema.parse(await ask(peerPython, args, { request, env: environment }));
}

const rows: string[][] = [];
const verdicts: string[] = [];
let version = 'none';
for (const shape of shapes) {
  for (const method of ['full', 'lora']) {
    const given = { shape, method, steps, threads };
    const ours: Measured[] = [];
    const peers = new Map<string, Measured[]>(attentions.map((attention) => [attention, []]));
    for (let round = 0; round < rounds; round++) {
      ours.push(await measureOurs(given));
      for (const [attention, runs] of peers) runs.push(await measurePeer({ ...given, attention }));
    }
    const timeOf = (runs: readonly Measured[]): number =>
      median(runs.flatMap(({ milliseconds }) => milliseconds));
    const cpuOf = (runs: readonly Measured[]): number =>
      median(runs.flatMap(({ cpuMilliseconds }) => cpuMilliseconds));
    // The quicker of its ways to attend.
    const [peer = []] = [...peers.values()].sort((a, b) => timeOf(a) - timeOf(b));
    version = peer[0]?.version ?? version;
    const { pairs, negatives, name } = shape;
    const label = `${String(pairs)} × ${name}${negatives > 0 ? `, ${String(negatives)} negative` : ''}, ${method}`;
    const peakOf = (runs: readonly Measured[]): number =>
      Math.max(...runs.map(({ peakBytes }) => peakBytes));
    for (const [name, runs] of [
      ['ours', ours],
      ['PyTorch', peer],
    ] as const) {
      if (runs.length === 0) continue;
      rows.push([
        `${label}, ${name}`,
        ((1000 * pairs) / timeOf(runs)).toFixed(1),
        `${(timeOf(peer) / timeOf(runs)).toFixed(2)}×`,
        `${(cpuOf(peer) / cpuOf(runs)).toFixed(2)}×`,
        `${(peakOf(runs) / 1e9).toFixed(2)} GB`,
      ]);
    }
    if (peer.length > 0) {
      verdicts.push(
        `${label}: ≥ ${String(bar)}× ${verdict(timeOf(peer) / timeOf(ours), { atLeast: bar })}`,
      );
    }
  }
}
console.log(
  `${model}, LoRA of rank 8 on all linears or all weights, ${String(threads)} threads, ${String(rounds)} × ${String(steps)} steps after one to warm up; medians. Texts are as long as the questions and paragraphs of the examples ("as written"), or all of a kind of one length. Peer: ${version}, without dropout.\n`,
);
printTable(['', 'pairs/s', 'speed', 'by cpu', 'peak'], rows);
console.log(`\n${verdicts.join('\n')}`);
