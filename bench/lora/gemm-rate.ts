import { linearModules, openBaseModel } from '@graft/training/architectures';
import { Builder, type Value } from '@graft/training/ir';
import { onnxExecutor } from '@graft/training/onnx';
import { Random } from '@graft/training/optimizer';
import { z } from 'zod';

/**
 * The rate of the machine's matrix product at the shapes of a model: each frozen matrix of one layer and the head,
 * forward and backward, on as many places as a step has. Prints operations a second of wall and of CPU time.
 */
const given = z
  .object({ model: z.string(), places: z.number(), threads: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));
/** As many places as the head's logits are made of at once. */
const headPlaces = Math.min(given.places, 256);
const { config } = await openBaseModel(given.model);
const shapes = linearModules(config)
  .slice(0, 7)
  .map(({ inputs, outputs }) => ({ rows: given.places, inputs, outputs, times: config.layers }))
  .concat({
    rows: headPlaces,
    inputs: config.width,
    outputs: config.vocabulary,
    times: given.places / headPlaces,
  });
const executor = await onnxExecutor({ device: 'cpu', threads: given.threads });
const random = new Random(2);
const numbers = (length: number): Float32Array =>
  Float32Array.from({ length }, () => random.next() - 0.5);

/** Times of the step, at the best of several tries. */
const step = { wall: 0, cpu: 0, flops: 0 };
for (const { rows, inputs, outputs, times } of shapes) {
  for (const backward of [false, true]) {
    const flops = 2 * rows * inputs * outputs;
    const repeats = Math.max(1, Math.round(2e10 / flops));
    const b = new Builder();
    const x = b.input('x', { shape: [rows, backward ? outputs : inputs] });
    const weight = b.weight('weight', [outputs, inputs]);
    // Nothing merges equal products; one number of each leaves the program.
    const results = Array.from({ length: repeats }, () => {
      const y = b.matmul(x, weight, { transposeB: !backward });
      const cell = (value: Value, axis: number) => b.slice(value, { axis, start: 0, end: 1 });
      return cell(cell(y, 0), 1);
    });
    const program = b.build({ y: b.concat(results, 0) });
    const data = numbers(outputs * inputs);
    await using executable = await executor.compile(program, () => ({ kind: 'memory', data }));
    const feeds = { x: numbers(rows * (backward ? outputs : inputs)) };
    let [wall, cpu] = [Infinity, Infinity];
    for (let round = 0; round < 4; round++) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      await executable.run(feeds);
      const { user, system } = process.cpuUsage(before);
      wall = Math.min(wall, (performance.now() - startedAt) / repeats);
      cpu = Math.min(cpu, (user + system) / 1000 / repeats);
    }
    step.wall += (times * wall) / 1000;
    step.cpu += (times * cpu) / 1000;
    step.flops += times * flops;
  }
}
console.log(JSON.stringify({ wall: step.flops / step.wall, cpu: step.flops / step.cpu }));
