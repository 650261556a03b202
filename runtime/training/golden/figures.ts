/** Prints the largest differences from PyTorch per case and executor: `npx tsx golden/figures.ts`. */
import { onnxExecutor } from '../onnx/executor.ts';
import { webgpuForTests } from '../onnx/software-vulkan.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { cases, isFamily } from './golden.ts';
import { GoldenCase } from './measure.ts';

const executors = [
  await onnxExecutor({ device: 'cpu', threads: 1 }),
  await tfjsExecutor(),
  await webgpuForTests(),
];
for (const name of cases) {
  const golden = await GoldenCase.open(name);
  for (const executor of executors) {
    if (executor === undefined) continue;
    const figures = {
      ...(isFamily(name) ? { logits: await golden.baseLogits(executor) } : {}),
      adapted: await golden.adaptedLogits(executor),
      gradients: await golden.gradients(executor, false),
      recomputed: await golden.gradients(executor, true),
      losses: await golden.losses(executor),
    };
    const shown = Object.entries(figures).map(([what, x]) => `${what} ${x.toExponential(1)}`);
    console.log(name.padEnd(20), executor.name.padEnd(12), shown.join('  '));
  }
}
