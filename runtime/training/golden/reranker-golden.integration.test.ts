import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { openEncoder } from '../encoders/encoder-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { webgpuForTests } from '../onnx/software-vulkan.ts';
import { fixture } from './golden.ts';
import { rerankerContract } from './reranker-contract.ts';

const webgpu = await webgpuForTests();
const stepped = ['full', 'lora'] as const;

describe('onnx on cpu', () => {
  const folder = promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    fileURLToPath(new URL('../../backends/testing/fetch-embedder.ts', import.meta.url)),
  ]).then(({ stdout }) => stdout);
  const model = async () => openEncoder(await folder, 'onnx/model_q4.onnx');
  const executor = () => onnxExecutor({ device: 'cpu', threads: 2 });
  rerankerContract('reranker-minilm', { model, executor, stepped });
});

describe('onnx on webgpu', () => {
  if (webgpu === undefined) {
    it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () => undefined);
    return;
  }
  const executor = () => Promise.resolve(webgpu);
  const model = () => openEncoder(fixture('bert'), 'model.safetensors');
  rerankerContract('reranker', { model, executor, stepped });
});
