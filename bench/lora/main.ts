import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { modelsFolder, peerPython } from '../env.ts';
import { median, printTable, verdict } from '../report/table.ts';
import {
  measureGemm,
  measureOurRows,
  measureOurs,
  measurePeer,
  type Measured,
  type PeerSettings,
  type Shape,
} from './measure.ts';
import { writeRealRows } from './real-rows.ts';
import { encode, loadWeight, readGguf, sourceOf, writeGguf } from '@graft/training/formats';

/**
 * Tokens a second and peak memory of a LoRA step (rank 8, all linears, SmolLM2-135M) beside PyTorch and PEFT, each in
 * a process of its own, in turns. Arguments: rounds, steps of a round, threads.
 */
const model = 'SmolLM2-135M-Instruct';
const bars = { speed: 1.5, memory: 0.45, realRows: 2 };
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
  await compareRealRows(settings, { f32: widened, quantised }, hasPeer);
} finally {
  await rm(folder, { recursive: true });
}

/** Questions and answers, of which the answers are trained: by tokens that are fed, padding left out. */
async function compareRealRows(
  settings: PeerSettings,
  models: { readonly f32: string; readonly quantised: string },
  hasPeer: boolean,
): Promise<void> {
  const file = path.join(folder, 'rows.json');
  const examples = path.resolve(import.meta.dirname, '../../examples/lora-quickstart');
  const files = ['words.jsonl', 'everyday.jsonl'].map((name) => path.join(examples, name));
  await writeRealRows(createCatalogue({ modelsFolder }), { model, files, to: file });
  const given = { rows: file, batch: 8, steps: 4 * steps, threads };
  const of = { f32: [], quantised: [], peer: [] } as Record<
    keyof typeof models | 'peer',
    Measured[]
  >;
  for (let round = 0; round < rounds; round++) {
    of.f32.push(await measureOurRows({ ...given, model: models.f32 }));
    if (hasPeer) of.peer.push(await measurePeer({ ...given, ...settings }));
    of.quantised.push(await measureOurRows({ ...given, model: models.quantised }));
  }
  const speed = (run: Measured): number =>
    (1000 * (run.tokens ?? NaN)) / run.milliseconds.reduce((sum, one) => sum + one, 0);
  const cpu = (run: Measured): number =>
    run.cpuMilliseconds.reduce((sum, one) => sum + one, 0) / (run.tokens ?? NaN);
  const [theirSpeed, theirCpu] = [median(of.peer.map(speed)), median(of.peer.map(cpu))];
  const theirMemory = Math.max(...of.peer.map((run) => run.peakBytes));
  console.log('\nReal rows, 8 at once: the quickstart, answers only, lengths as they come.\n');
  printTable(
    ['', 'tokens/s', 'cpu s', 'peak', 'speed', 'by cpu', 'memory'],
    (['f32', 'quantised', 'peer'] as const).flatMap((name) => {
      const runs = of[name];
      if (runs.length === 0) return [];
      const [own, ownCpu] = [median(runs.map(speed)), median(runs.map(cpu))];
      const memory = Math.max(...runs.map((run) => run.peakBytes));
      return [
        [
          { f32: 'ours, f32', quantised: 'ours, Q4_1', peer: 'PyTorch + PEFT' }[name],
          own.toFixed(0),
          ownCpu.toFixed(1),
          `${(memory / 1e9).toFixed(2)} GB`,
          `${(own / theirSpeed).toFixed(2)}×`,
          `${(theirCpu / ownCpu).toFixed(2)}×`,
          `${(memory / theirMemory).toFixed(2)}×`,
        ],
      ];
    }),
  );
  if (!hasPeer) return;
  const ratio = median(of.f32.map(speed)) / theirSpeed;
  console.log(
    `\nf32, speed ≥ ${String(bars.realRows)}× ${verdict(ratio, { atLeast: bars.realRows })}`,
  );
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

/** Writes a GGUF file's model again with all its tensors as f32. */
async function widen(from: string, to: string): Promise<void> {
  const file = await readGguf(from);
  const tensors = [...file.tensors.values()].map((entry) => ({
    name: entry.name,
    shape: entry.shape,
    encoding: 'f32' as const,
    bytes: async () => encode('f32', await loadWeight(sourceOf(entry), entry.shape)),
  }));
  await writeGguf(to, file.metadata, tensors);
}
