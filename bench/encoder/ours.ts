import { gradientName } from '@graft/training/architectures';
import {
  buildPairProgram,
  cutRows,
  envelopeOf,
  openEncoder,
  pairFeeds,
  type TextRows,
} from '@graft/training/encoders';
import { loadWeight } from '@graft/training/formats';
import { requireWeight, sizeOf } from '@graft/training/ir';
import { onnxExecutor } from '@graft/training/onnx';
import { AdamW, clipFactor, gradientNorm, Random } from '@graft/training/optimizer';
import { z } from 'zod';
import { peakOf } from '../report/measured-process.ts';

/** Steps of ours on pairs in this process; prints one JSON object, as peer.py does. */
const count = z.number();
const given = z
  .object({
    folder: z.string(),
    weights: z.string(),
    method: z.enum(['full', 'lora']),
    shape: z.object({
      pairs: count,
      negatives: count,
      batches: z.array(z.object({ questions: z.array(count), columns: z.array(z.array(count)) })),
    }),
    steps: count,
    threads: count,
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { method } = given;
const { pairs, negatives, batches } = given.shape;
const { config, weights } = await openEncoder(given.folder, given.weights);
/** For all batches, as a training chooses them. */
const rowsFor = (lengths: readonly (readonly number[])[]): TextRows =>
  cutRows(envelopeOf(lengths.map((some) => some.toSorted((a, b) => a - b))), {
    limit: config.context,
  });
const shape = {
  ...{ pairs, negatives },
  questions: rowsFor(batches.map(({ questions }) => questions)),
  passages: rowsFor(batches.map(({ columns }) => columns.flat())),
};
const lora = { rank: 8, alpha: 16, rankStabilized: false, targets: ['all-linear'] };
const trained = method === 'full' ? { full: true } : { lora };
const { program, trainable } = buildPairProgram(config, { ...shape, ...trained });
const executor = await onnxExecutor({ device: 'cpu', threads: given.threads });
await using executable = await executor.compile(program, weights);

const random = new Random(1);
const parameters = new Map<string, Float32Array>();
for (const [name, size] of trainable) {
  const start =
    method === 'full'
      ? (await loadWeight(requireWeight(weights, name), size)).slice()
      : Float32Array.from({ length: sizeOf(size) }, () =>
          name.includes('lora_B') ? 0 : random.uniform(-0.03, 0.03),
        );
  parameters.set(name, start);
}
const optimizer = new AdamW(parameters);
const text = (length: number): number[] =>
  Array.from({ length }, () => 1000 + Math.floor(random.next() * (config.vocabulary - 1000)));
const fed = batches.map(({ questions, columns: [passages = [], ...others] }) =>
  pairFeeds(
    questions.map((question, at) => ({
      question: text(question),
      passage: text(passages[at] ?? 1),
      negatives: others.map((lengths) => text(lengths[at] ?? 1)),
    })),
    shape,
    { weight: 1 / pairs },
  ),
);

const milliseconds: number[] = [];
const cpuMilliseconds: number[] = [];
for (let step = 0; step <= given.steps; step++) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const results = await executable.run({
    ...fed[step % fed.length],
    ...Object.fromEntries(parameters),
  });
  const gradients = new Map(
    [...parameters.keys()].map((name) => [name, results[gradientName(name)] ?? new Float32Array()]),
  );
  optimizer.update(gradients, 2e-5, clipFactor(gradientNorm(gradients), 1));
  milliseconds.push(performance.now() - startedAt);
  const { user, system } = process.cpuUsage(before);
  cpuMilliseconds.push((user + system) / 1000);
}
console.log(
  JSON.stringify({
    milliseconds: milliseconds.slice(1),
    cpuMilliseconds: cpuMilliseconds.slice(1),
    peakBytes: await peakOf(process.pid),
  }),
);
