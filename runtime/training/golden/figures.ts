/** Prints the largest differences from PyTorch per family and executor: `npx tsx golden/figures.ts`. */
import { onnxExecutor } from '../onnx/executor.ts';
import { webgpuForTests } from '../onnx/software-vulkan.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { families } from './golden.ts';
import { FamilyGolden } from './measure.ts';

const executors = [
  await onnxExecutor({ device: 'cpu', threads: 1 }),
  await tfjsExecutor(),
  await webgpuForTests(),
];
for (const family of families) {
  const golden = await FamilyGolden.open(family);
  for (const executor of executors) {
    if (executor === undefined) continue;
    const figures = {
      logits: await golden.baseLogits(executor),
      adapted: await golden.adaptedLogits(executor),
      gradients: await golden.gradients(executor, false),
      recomputed: await golden.gradients(executor, true),
      losses: await golden.losses(executor),
    };
    const shown = Object.entries(figures).map(([name, x]) => `${name} ${x.toExponential(1)}`);
    console.log(family.padEnd(8), executor.name.padEnd(12), shown.join('  '));
  }
}
