import {
  buildTrainingProgram,
  estimateTrainingMemory,
  gradientName,
  openBaseModel,
  runtimeMemory,
  linearModules,
  type ModelConfig,
} from '@graft/training/architectures';
import { sizeOf } from '@graft/training/ir';
import { onnxExecutor } from '@graft/training/onnx';
import { AdamW, clipFactor, gradientNorm, Random } from '@graft/training/optimizer';
import { z } from 'zod';
import { peakOf } from '../report/measured-process.ts';

/** LoRA steps of ours in this process; prints one JSON object, as peer.py does. */
const given = z
  .object({
    model: z.string(),
    batch: z.number(),
    length: z.number(),
    steps: z.number(),
    threads: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { batch, length } = given;
const count = batch * length;
const base = await openBaseModel(given.model);
const lora = { rank: 8, alpha: 16, rankStabilized: false, targets: ['all-linear'] };
const options = { batch, length, lora };
const { program, trainable } = buildTrainingProgram(base, options);
const executor = await onnxExecutor({ device: 'cpu', threads: given.threads });
await using executable = await executor.compile(program, base.weights);

const random = new Random(1);
const parameters = new Map(
  [...trainable].map(([name, shape]) => [
    name,
    Float32Array.from({ length: sizeOf(shape) }, () =>
      name.includes('lora_B') ? 0 : random.uniform(-0.03, 0.03),
    ),
  ]),
);
const optimizer = new AdamW(parameters);
const tokens = Int32Array.from({ length: count }, () =>
  Math.floor(random.next() * base.config.vocabulary),
);
const batchFeeds = {
  tokens,
  positions: Int32Array.from(tokens, (_, i) => i % length),
  segments: new Int32Array(count),
  labels: Int32Array.from(tokens, (_, i) => tokens[(i + 1) % count] ?? 0),
  weights: new Float32Array(count).fill(1 / count),
};

const milliseconds: number[] = [];
const cpuMilliseconds: number[] = [];
for (let step = 0; step <= given.steps; step++) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const results = await executable.run({ ...batchFeeds, ...Object.fromEntries(parameters) });
  const gradients = new Map(
    [...parameters.keys()].map((name) => [name, results[gradientName(name)] ?? new Float32Array()]),
  );
  optimizer.update(gradients, 1e-4, clipFactor(gradientNorm(gradients), 1));
  milliseconds.push(performance.now() - startedAt);
  const { user, system } = process.cpuUsage(before);
  cpuMilliseconds.push((user + system) / 1000);
}
console.log(
  JSON.stringify({
    milliseconds: milliseconds.slice(1),
    cpuMilliseconds: cpuMilliseconds.slice(1),
    peakBytes: await peakOf(process.pid),
    flops: workOfStep(base.config, options),
    estimatedBytes: runtimeMemory + estimateTrainingMemory(base, options),
  }),
);

/**
 * Floating-point operations that a LoRA step cannot do without: two passes over the frozen matrices and the head,
 * three over the factors, and attention over the places before each.
 */
function workOfStep(
  config: ModelConfig,
  { batch, length, lora }: { batch: number; length: number; lora: { rank: number } },
): number {
  const modules = linearModules(config);
  const frozen = modules.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const factors = modules.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  const head = config.vocabulary * config.width;
  const seen = (length + 1) / 2;
  const attention = config.layers * config.heads * config.headWidth * seen;
  const perToken = 2 * (2 * (frozen + head) + 3 * lora.rank * factors + 6 * attention);
  return batch * length * perToken;
}
