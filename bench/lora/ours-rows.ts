import { readFile } from 'node:fs/promises';
import { buildTrainingProgram, gradientName, openBaseModel } from '@graft/training/architectures';
import {
  chooseBuckets,
  feedsOf,
  headPlaces,
  layOutRows,
  microBatches,
  paddedTokens,
  prepareExamples,
} from '@graft/training/data';
import { sizeOf, type Executable } from '@graft/training/ir';
import { onnxExecutor } from '@graft/training/onnx';
import { AdamW, clipFactor, gradientNorm, Random } from '@graft/training/optimizer';
import { z } from 'zod';
import { peakOf } from '../report/measured-process.ts';
import { realRowsSchema } from './real-rows.ts';

/** LoRA steps over real rows in this process, as the training loop makes them; prints one JSON object, as peer.py. */
const given = z
  .object({
    ...{ model: z.string(), rows: z.string(), batch: z.number() },
    ...{ steps: z.number(), threads: z.number() },
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const base = await openBaseModel(given.model);
const { vocabulary, context } = base.config;
const texts = realRowsSchema.parse(JSON.parse(await readFile(given.rows, 'utf8')));
const examples = prepareExamples(
  texts.map((text, i) => ({ id: String(i), ...text })),
  { maxLength: context, vocabulary },
);
const rows = layOutRows(examples, { packing: false, maxLength: context });
const steps = Array.from({ length: given.steps }, (_, step) =>
  rows.slice(step * given.batch, (step + 1) * given.batch),
);
/** What a run costs beside its tokens, in tokens, as the training loop reckons. */
const runCost = 64;
const shapes = [1, 2, 4, 8]
  .filter((size) => size <= given.batch)
  .flatMap((size) => [1, 2, 3, 4].map((most) => shapesOf(size, most)))
  .reduce((best, one) => (one.cost < best.cost ? one : best));
const { buckets } = shapes;
const places = headPlaces(rows, shapes);
const lora = { rank: 8, alpha: 16, rankStabilized: false, targets: ['all-linear'] };
const executor = await onnxExecutor({ device: 'cpu', threads: given.threads });
const executables = new Map<number, Executable>();
let parameters: Map<string, Float32Array> | undefined;
const random = new Random(1);
for (const length of buckets) {
  const count = places.get(length);
  const options = { batch: shapes.size, length, lora };
  const { program, trainable } = buildTrainingProgram(
    base,
    count === undefined ? options : { ...options, places: count },
  );
  executables.set(length, await executor.compile(program, base.weights));
  parameters ??= new Map(
    [...trainable].map(([name, shape]) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () =>
        name.includes('lora_B') ? 0 : random.uniform(-0.03, 0.03),
      ),
    ]),
  );
}
if (parameters === undefined) throw new Error('no rows');
const optimizer = new AdamW(parameters);
const milliseconds: number[] = [];
const cpuMilliseconds: number[] = [];
let tokens = 0;
// Each length once before, as the loop compiles and warms them.
for (let step = -buckets.length; step < given.steps; step++) {
  const warm = rows.filter(({ length }) => length <= (buckets[step + buckets.length] ?? 0));
  const some = step < 0 ? warm.slice(-shapes.size) : (steps[step] ?? []);
  const trained = some.reduce((sum, row) => sum + row.trained, 0);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const sums = new Map<string, Float32Array>();
  for (const batch of microBatches(some, { ...shapes, places })) {
    const feeds = { ...feedsOf(batch, examples, trained), ...Object.fromEntries(parameters) };
    const results = await executables.get(batch.length)?.run(feeds);
    const gradients = new Map(
      [...parameters.keys()].map((name) => [
        name,
        results?.[gradientName(name)] ?? new Float32Array(),
      ]),
    );
    for (const [name, gradient] of gradients) {
      const sum = sums.get(name);
      if (sum === undefined) sums.set(name, gradient);
      else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (gradient[i] ?? 0);
    }
  }
  optimizer.update(sums, 1e-4, clipFactor(gradientNorm(sums), 1));
  if (step < 0) continue;
  milliseconds.push(performance.now() - startedAt);
  const { user, system } = process.cpuUsage(before);
  cpuMilliseconds.push((user + system) / 1000);
  tokens += some.reduce((sum, { length }) => sum + length, 0);
}
console.log(
  JSON.stringify({ milliseconds, cpuMilliseconds, tokens, peakBytes: await peakOf(process.pid) }),
);

/** Lengths and rows at once, with what the steps cost in tokens. */
function shapesOf(size: number, most: number) {
  const lengths = rows.map(({ length }) => length);
  const own = { size, buckets: chooseBuckets(lengths, { most, limit: context }) };
  const batches = steps.flatMap((some) => microBatches(some, own));
  return { ...own, cost: paddedTokens(batches) + runCost * batches.length };
}
