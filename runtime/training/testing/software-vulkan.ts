import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Executor } from '../ir/executor.ts';
import { preferVulkanDriver } from './env.ts';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from '../onnx/executor.ts';

/** Chromium's SwiftShader: accepted by onnxruntime where Mesa's llvmpipe is too old. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * The webgpu executor on whatever Vulkan device there is, SwiftShader where it is installed and none was
 * chosen; undefined where none works. For tests: must be called before anything else touches Vulkan, in a
 * process that may die.
 */
export async function webgpuForTests(): Promise<Executor | undefined> {
  if (existsSync(swiftShader)) preferVulkanDriver(swiftShader);
  const executor = await onnxExecutor({ device: 'webgpu', threads: 1 });
  const b = new Builder();
  try {
    await using probe = await executor.compile(b.build({ y: b.neg(b.input('x', { shape: [1] })) }));
    await probe.run({ x: Float32Array.of(1) });
    return executor;
  } catch {
    return undefined;
  }
}

/**
 * Prefers Mesa's llvmpipe where it is installed and no driver was chosen: SwiftShader lacks the 16-bit storage that
 * llama.cpp asks for.
 */
export function preferLlvmpipe(): void {
  const folder = '/usr/share/vulkan/icd.d';
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.find((name) => name.startsWith('lvp_icd'));
  if (found !== undefined) preferVulkanDriver(path.join(folder, found));
}
