/**
 * Prints the largest differences from PyTorch per case and executor: `npx tsx testing/figures.ts [FOLDER]`, the folder
 * being that of all-MiniLM-L6-v2.
 */
import { openEncoder } from '../encoders/encoder-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { webgpuForTests } from './software-vulkan.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { EncoderGoldenCase } from './encoder-measure.ts';
import { cases, fixture, isFamily } from './golden.ts';
import { GoldenCase } from './measure.ts';

const executors = [
  await onnxExecutor({ device: 'cpu', threads: 1 }),
  await tfjsExecutor(),
  await webgpuForTests(),
].filter((executor) => executor !== undefined);

function print(name: string, executor: string, figures: Readonly<Record<string, number>>): void {
  const shown = Object.entries(figures).map(([what, x]) => `${what} ${x.toExponential(1)}`);
  console.log(name.padEnd(20), executor.padEnd(12), shown.join('  '));
}

for (const name of cases) {
  const golden = await GoldenCase.open(name);
  for (const executor of executors) {
    print(name, executor.name, {
      ...(isFamily(name) ? { logits: await golden.baseLogits(executor) } : {}),
      adapted: await golden.adaptedLogits(executor),
      gradients: await golden.gradients(executor, false),
      recomputed: await golden.gradients(executor, true),
      losses: await golden.losses(executor),
    });
  }
}

const [, , miniLm] = process.argv;
const encoders = [
  ['bert', await openEncoder(fixture('bert'), 'model.safetensors')] as const,
  ...(miniLm === undefined
    ? []
    : [['minilm', await openEncoder(miniLm, 'onnx/model_q4.onnx')] as const]),
];
for (const [name, model] of encoders) {
  const golden = await EncoderGoldenCase.open(name, model);
  for (const executor of executors) {
    print(name, executor.name, {
      outputs: await golden.outputs(executor),
      adapted: await golden.adaptedOutputs(executor),
      gradients: await golden.gradients(executor, 'full', false),
      'of LoRA': await golden.gradients(executor, 'lora', false),
      recomputed: await golden.gradients(executor, 'lora', true),
      losses: await golden.losses(executor, 'lora'),
    });
  }
}
