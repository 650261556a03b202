import { availableParallelism } from 'node:os';
import { readGgufHeader } from '@graft/kit';
import { z } from 'zod';
import { readableHeader } from '../catalogue/model-folder-file.ts';
import { probeProcess } from './probe-process.ts';

/** A use of a language model, as nodes ask for it. */
export interface ClaimedUse {
  /** Where llama.cpp computes: `cpu`, `cuda:0`. */
  readonly device: string;
  /** Tokens. */
  readonly contextLength: number;
  /** Prompts at once, as asked for: a processor answers no more than it has cores. */
  readonly parallel: number;
  /** Default: of the machine. */
  readonly threads?: number;
}

export interface ClaimedMemory {
  /** Bytes on the device, weights and contexts. */
  readonly bytes: number;
  /** Tokens of each context. */
  readonly contextLength: number;
  /** Prompts at once. */
  readonly parallel: number;
  /** Bytes of the copy that the first use makes in the models folder, because it loads faster; absent: none is made. */
  readonly copy?: number;
}

const foundSchema = z.object({
  systemInfo: z.string(),
  trained: z.number().optional(),
  /** Bytes. */
  context: z.number(),
});

/**
 * What the worker claims before it loads a GGUF file, by the same rules; undefined where llama.cpp cannot tell. llama.cpp
 * is loaded in a process of its own. Throws `damaged-file`.
 */
export async function claimedMemory(
  file: { readonly path: string; readonly size: number },
  { device, contextLength, parallel, threads = availableParallelism() }: ClaimedUse,
): Promise<ClaimedMemory | undefined> {
  // Loaded when needed: it brings node-llama-cpp along.
  const { contextSizes, weightsMemory } = await import('../llama/llama-memory.ts');
  const header = await readableHeader(file.path, readGgufHeader);
  const onCpu = device === 'cpu';
  const { batchSize } = contextSizes(device, { contextLength });
  const outcome = await probeProcess(`
    const { getLlama, GgufInsights, LlamaLogLevel, readGgufFileInfo } = await import('node-llama-cpp');
    const llama = await getLlama({
      gpu: ${onCpu ? 'false' : JSON.stringify(device.split(':')[0])}, build: 'never', skipDownload: true,
      progressLogs: false, logLevel: LlamaLogLevel.disabled,
    });
    const path = ${JSON.stringify(file.path)};
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    const insights = await GgufInsights.from(info, llama);
    const { cpuRam, gpuVram } = await insights.estimateContextResourceRequirementsV2({
      contextSize: Math.min(${contextLength}, insights.trainContextSize ?? ${contextLength}),
      batchSize: ${batchSize}, modelGpuLayers: ${onCpu ? '0' : 'insights.totalLayers'}, sequences: 1,
    });
    const context = ${onCpu ? 'cpuRam' : 'gpuVram'};
    return { systemInfo: llama.systemInfo, trained: insights.trainContextSize ?? undefined, context };
  `);
  const found = outcome.ended === 'well' ? foundSchema.safeParse(outcome.value).data : undefined;
  if (found === undefined) return undefined;
  const { systemInfo, trained, context } = found;
  const weights = weightsMemory(header, { size: file.size, device, systemInfo });
  const { quickFormOf } = await import('../llama/reading-speed.ts');
  const { quickSizeOf } = await import('../residency/quick-size.ts');
  const isCopied = onCpu && (await quickFormOf({ ...file, id: '', digest: '' })) !== undefined;
  const atOnce = Math.max(1, Math.min(parallel, onCpu ? threads : Infinity));
  return {
    bytes: weights.bytes + atOnce * context,
    contextLength: contextSizes(device, { contextLength, trained }).contextSize,
    parallel: atOnce,
    ...(isCopied ? { copy: await quickSizeOf(file) } : {}),
  };
}
