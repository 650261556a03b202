import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { softwareVulkanDrivers } from '../probe/software-devices.ts';
import {
  embedderId,
  largestDifference,
  modelTestTimeout,
  never,
  realModel,
} from '../testing/real-models.ts';
import { loadEmbedder } from './embedder.ts';

const sentence =
  'Quarterly prices of the heron grey glaze rise by four per cent in March at the works. ';
/** In no order of length. Beyond 32 tokens WebGPU changes kernels; each length compiles its own, which takes most of the time. */
const few = [sentence.repeat(3), ''];
/** The longest gets a batch of its own. */
const more = [
  'A cat sits on the mat.',
  sentence.repeat(11),
  'Bisque firings in the large kiln take eleven hours and end at cone 06.',
  'Ein Satz in einer anderen Sprache, mit Umlauten: öäü.',
  ...Array.from({ length: 5 }, (_, at) => `Shelf ${at}`),
];
const texts = inject('share') === 1 ? [...few, ...more] : few;

/** On the first driver that WebGPU accepts; undefined where none does. */
async function embedOnWebGpu(drivers: readonly string[]): Promise<Float32Array[] | undefined> {
  const program = fileURLToPath(new URL('../testing/embed-process.ts', import.meta.url));
  for (const driver of drivers) {
    const run = promisify(execFile)(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), program, 'webgpu', JSON.stringify(texts)],
      {
        env: { ...process.env, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver },
        timeout: modelTestTimeout,
        maxBuffer: 1 << 26,
      },
    );
    try {
      const { stdout } = await run;
      const rows = z.array(z.array(z.number())).parse(JSON.parse(stdout));
      return rows.map((row) => Float32Array.from(row));
    } catch (error) {
      if (!String(error).includes('No supported adapters')) throw error;
    }
  }
  return undefined;
}

describe('embedding on webgpu', () => {
  const drivers = softwareVulkanDrivers(process.env);
  it(
    'gives the vectors of the cpu, on a software Vulkan device',
    { timeout: 2 * modelTestTimeout },
    async (test) => {
      const webgpu = await embedOnWebGpu(drivers);
      if (webgpu === undefined) {
        test.skip(
          'no software Vulkan device that WebGPU accepts: install Chromium (SwiftShader) or Mesa 23+ (lavapipe)',
        );
        return;
      }
      const model = await realModel(embedderId);
      await using embedder = await loadEmbedder({ ...model, device: 'cpu' });
      const cpu = await embedder.embed(texts, never());
      const differences = cpu.map((vector, at) =>
        largestDifference(vector, webgpu[at] ?? new Float32Array()),
      );
      expect(webgpu).toHaveLength(texts.length);
      expect(Math.max(...differences)).toBeLessThan(1e-3);
    },
  );
});
