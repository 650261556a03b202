import { availableParallelism } from 'node:os';
import { availableMemory } from '@graft/kit';
import { z } from 'zod';
import type { ModelMachine } from '../catalogue/fitting-models.ts';
import type { LlamaChoice } from './llama-probe.ts';

const gpuClass = z.enum(['cuda', 'vulkan', 'metal']);

/**
 * What a machine has for language models, of the device that llama.cpp chooses: all memory of a GPU, since Graft is mostly
 * its only user, and the free memory of a processor. A GPU that does not tell its memory counts as none.
 */
export async function modelMachine({ id, gpu }: LlamaChoice): Promise<ModelMachine> {
  const cores = availableParallelism();
  const found = gpuClass.safeParse(id.split(':')[0]);
  if (gpu === undefined || gpu.memory === 0 || !found.success) {
    return { memory: await availableMemory(), cores };
  }
  return { memory: gpu.memory, cores, gpu: { name: gpu.name, class: found.data } };
}
