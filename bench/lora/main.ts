import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { modelsFolder, peerPython } from '../env.ts';
import { median, printTable, verdict } from '../report/table.ts';
import {
  measureGemm,
  measureOurs,
  measurePeer,
  type Measured,
  type PeerSettings,
  type Shape,
} from './measure.ts';
import { widen } from './widen.ts';

/**
 * Tokens a second and peak memory of a LoRA step (rank 8, all linears, SmolLM2-135M) beside PyTorch and PEFT, each in
 * a process of its own, in turns. Arguments: rounds, steps of a round, threads.
 */
const model = 'SmolLM2-135M-Instruct';
const bars = { speed: 1.2, memory: 0.7 };
/** Less than this of another's time is not by chance. */
const clearly = 0.97;
const [rounds = 3, steps = 3, threads = 2] = process.argv.slice(2).map(Number);
const shapes: readonly Shape[] = [256, 512].flatMap((length) =>
  [1, 4].map((batch) => ({ length, batch })),
);

const folder = await mkdtemp(path.join(tmpdir(), 'graft-lora-'));
try {
  const modelFolder = await createCatalogue({ modelsFolder }).fetch(model);
  const quantised = path.join(modelFolder, `${model}.Q4_1.gguf`);
  const widened = path.join(folder, 'widened.gguf');
  await widen(quantised, widened);
  const hasPeer = existsSync(peerPython);
  if (!hasPeer) {
    console.log(
      `No Python at ${peerPython}: ours alone. For the comparison make a virtual environment there (or name its python in GRAFT_BENCH_PYTHON) and run "pip install torch transformers peft" in it.\n`,
    );
  }
  const settings: PeerSettings = hasPeer
    ? await fastestPeer()
    : { attention: 'sdpa', waiting: 'active', hugePages: false };
  const rows: string[][] = [];
  const verdicts: string[] = [];
  let version = '';
  for (const shape of shapes) {
    const of = { f32: [], quantised: [], peer: [] } as Record<
      'f32' | 'quantised' | 'peer',
      Measured[]
    >;
    const rates: number[] = [];
    const given = { ...shape, steps, threads };
    for (let round = 0; round < rounds; round++) {
      of.f32.push(await measureOurs({ ...given, model: widened }));
      if (hasPeer) of.peer.push(await measurePeer({ ...given, ...settings }));
      of.quantised.push(await measureOurs({ ...given, model: quantised }));
      rates.push(
        await measureGemm({ places: shape.batch * shape.length, threads, model: widened }),
      );
    }
    version = of.peer[0]?.version ?? version;
    const peer = summary(of.peer, shape);
    const rate = Math.max(...rates);
    for (const [label, runs] of [
      ['ours, f32', of.f32],
      ['ours, Q4_1', of.quantised],
      ['PyTorch + PEFT', of.peer],
    ] as const) {
      if (runs.length === 0) continue;
      const own = summary(runs, shape);
      const flops = of.f32[0]?.flops ?? NaN;
      rows.push([
        `T ${String(shape.length)} × ${String(shape.batch)}, ${label}`,
        `${own.speed.toFixed(0)} (${own.slowest.toFixed(0)}–${own.fastest.toFixed(0)})`,
        own.cpu.toFixed(1),
        `${(own.memory / 1e9).toFixed(2)} GB`,
        `${(own.speed / peer.speed).toFixed(2)}×`,
        `${(peer.cpu / own.cpu).toFixed(2)}×`,
        `${(own.memory / peer.memory).toFixed(2)}×`,
        `${((100 * flops * own.speed) / (shape.batch * shape.length) / rate).toFixed(0)} %`,
        own.estimated === 0 ? '' : (own.estimated / own.memory).toFixed(2),
      ]);
      if (runs === of.peer || !hasPeer) continue;
      verdicts.push(
        `T ${String(shape.length)} × ${String(shape.batch)}, ${label}: speed ≥ ${String(bars.speed)}× ${verdict(own.speed / peer.speed, { atLeast: bars.speed })}, memory ≤ ${String(bars.memory)}× ${verdict(own.memory / peer.memory, { atMost: bars.memory })}`,
      );
    }
    rows.push([
      `T ${String(shape.length)} × ${String(shape.batch)}, matrix products alone`,
      `${(rate / 1e9).toFixed(0)} GFLOP/s`,
    ]);
  }
  console.log(
    `${model}, rank 8, all linears, ${String(threads)} threads, ${String(rounds)} × ${String(steps)} steps after one to warm up; median and range.\nPeer: ${version || 'none'}, attention ${settings.attention}, threads wait ${settings.waiting}, ${settings.hugePages ? '' : 'no '}huge pages. "cpu s" is the CPU time of 1,000 tokens, which depends less on what else runs.\n`,
  );
  printTable(
    ['', 'tokens/s', 'cpu s', 'peak', 'speed', 'by cpu', 'memory', 'of products', 'estimate'],
    rows,
  );
  console.log(`\n${verdicts.join('\n')}`);
} finally {
  await rm(folder, { recursive: true });
}

/** How PyTorch is fastest here: threads that wait by spinning (its default) or asleep, ways to attend, and huge pages. */
async function fastestPeer(): Promise<PeerSettings> {
  let best: PeerSettings = { attention: 'sdpa', waiting: 'active', hugePages: false };
  const time = async (settings: PeerSettings): Promise<number> => {
    const run = await measurePeer({ length: 256, batch: 1, steps: 2, threads, ...settings });
    return Math.min(...run.milliseconds);
  };
  for (const other of [
    { waiting: 'passive' },
    { attention: 'eager' },
    { hugePages: true },
  ] as const) {
    const changed = { ...best, ...other };
    if ((await time(changed)) < clearly * (await time(best))) best = changed;
  }
  return best;
}

function summary(runs: readonly Measured[], { length, batch }: Shape) {
  const tokens = length * batch;
  const times = runs.flatMap((run) => run.milliseconds);
  return {
    speed: (1000 * tokens) / median(times),
    slowest: (1000 * tokens) / Math.max(...times),
    fastest: (1000 * tokens) / Math.min(...times),
    cpu: median(runs.flatMap((run) => run.cpuMilliseconds)) / tokens,
    memory: Math.max(...runs.map((run) => run.peakBytes)),
    estimated: runs[0]?.estimatedBytes ?? 0,
  };
}
