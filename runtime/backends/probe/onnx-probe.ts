import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { probeProcess } from './probe-process.ts';

export type OnnxProvider = 'cpu' | 'webgpu' | 'cuda';

/** Whether an engine can use something: `missing` is not installed, `broken` is installed and fails. */
export interface ProbeResult {
  readonly status: 'ok' | 'missing' | 'broken';
  /** What was found, or why not. */
  readonly detail: string;
}

/** y = x + x over four floats, as ONNX. */
const tinyModel =
  'CAgSADo1Cg4KAXgKAXgSAXkiA0FkZBIBZ1oPCgF4EgoKCAgBEgQKAggEYg8KAXkSCgoICAESBAoCCARCBAoAEBE=';

/** Runs a small computation on the provider, in a process of its own. */
export async function probeOnnx(
  provider: OnnxProvider,
  env: Readonly<Record<string, string>> = {},
): Promise<ProbeResult> {
  if (provider === 'cuda' && !hasCudaProvider()) {
    return { status: 'missing', detail: "onnxruntime's CUDA provider is not installed" };
  }
  const outcome = await probeProcess(
    `
    const { default: ort } = await import('onnxruntime-node');
    const model = Buffer.from('${tinyModel}', 'base64');
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['${provider}'], logSeverityLevel: 4,
    });
    const x = new ort.Tensor('float32', Float32Array.from([1, 2, 3, 4]), [4]);
    const { y } = await session.run({ x });
    if ([...y.data].join() !== '2,4,6,8') throw new Error('it computes wrong results');
    return true;
    `,
    env,
  );
  if (outcome.ended === 'well') return { status: 'ok', detail: 'it computes' };
  const absent = /No supported adapters|backend not found|not available/i.test(outcome.reason);
  const detail = absent && provider === 'webgpu' ? 'no GPU that WebGPU accepts' : outcome.reason;
  return { status: absent ? 'missing' : 'broken', detail };
}

function hasCudaProvider(): boolean {
  try {
    const main = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const folder = join(dirname(main), 'bin', 'napi-v6', process.platform, process.arch);
    return ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'].some((name) =>
      existsSync(join(folder, name)),
    );
  } catch {
    return false;
  }
}
