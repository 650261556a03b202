import { describe, expect, it, type TestContext } from 'vitest';
import type { Device } from '@graft/graph';
import {
  cosine,
  embedderId,
  languageModelFile,
  languageModelSource,
  largestDifference,
  never,
  realCatalogue,
} from '../testing/real-models.ts';
import { capacityOf } from './device-capacity.ts';
import { createBackends } from './backends.ts';
import { probeDevices } from '../probe/devices.ts';

const gpus = await realGpus();

/** A card for this test; without one it is skipped, and says so. */
function card(test: TestContext, ...classes: Device['class'][]): Device {
  const found = gpuOf(gpus, ...classes);
  if (found !== undefined) return found;
  const ways = classes.join(' or ');
  test.skip(`no card here that can be used by ${ways}; graft doctor says what is missing`);
  throw new Error('skipped');
}

const request = {
  ...{ system: 'You are a helpful assistant.', prompt: 'What is the capital of France?' },
  ...{ maxTokens: 16, temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 },
  ...{ seed: 1, stop: [] },
};
const texts = ['A cat sits on the mat.', 'Bisque firings take eleven hours. '.repeat(12)];

describe('on a real card', () => {
  it('the probe names it, with its memory where the driver tells', (test) => {
    const { id, name, memory = 1e9 } = card(test, 'cuda', 'vulkan', 'metal');
    expect(id).toMatch(/^(cuda|vulkan):\d$|^metal$/);
    expect(name).not.toBe('');
    expect(memory).toBeGreaterThan(1e8);
  });

  it('the capacity that is measured is within its memory', async (test) => {
    const device = card(test, 'cuda');
    const capacity = await capacityOf(device)(0);
    expect(capacity).toBeGreaterThan(0);
    expect(capacity).toBeLessThanOrEqual(device.memory ?? Infinity);
  });

  it('the embedder gives the vectors of the CPU', async (test) => {
    const { id } = card(test, 'webgpu', 'cuda');
    await using onCard = createBackends({ catalogue: realCatalogue(), device: id });
    await using onCpu = createBackends({ catalogue: realCatalogue(), device: 'cpu' });
    const [embedder, reference] = [
      await onCard.embedder(embedderId),
      await onCpu.embedder(embedderId),
    ];
    expect(embedder.device).toBe(id.split(':')[0]);
    const [ours, theirs] = [
      await embedder.embed(texts, never()),
      await reference.embed(texts, never()),
    ];
    for (const [at, vector] of ours.entries()) {
      expect(largestDifference(vector, theirs[at] ?? new Float32Array())).toBeLessThan(1e-3);
    }
  });

  it('the language model answers', async (test) => {
    const { id } = card(test, 'cuda', 'vulkan', 'metal');
    await using backends = createBackends({ catalogue: realCatalogue(), device: id });
    const options = { contextLength: 512, parallel: 2 };
    const model = await backends.languageModel(languageModelSource(), options);
    expect(model.device).toBe(id);
    expect((await model.generate(request, { signal: never() })).text).toContain('Paris');
  });

  it('models that do not fit together take turns', async (test) => {
    const { id } = card(test, 'cuda', 'vulkan', 'metal');
    const memory = 200e6;
    await using backends = createBackends({ catalogue: realCatalogue(), device: id, memory });
    const { path } = await languageModelFile();
    const copy = { ...languageModelSource(), id: 'a copy', digest: 'c'.repeat(64), path };
    const options = { contextLength: 512, parallel: 1 };
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(
        [languageModelSource(), copy].map(async (source) => {
          const model = await backends.languageModel(source, options);
          return (await model.generate(request, { signal: never() })).text;
        }),
      );
      expect(answers[0]).toContain('Paris');
      expect(answers[1]).toBe(answers[0]);
      const [one, other] = await (await backends.embedder(embedderId)).embed(texts, never());
      expect(one && other && cosine(one, other)).toBeLessThan(1);
    }
    expect(backends.memory(id).peak).toBeLessThanOrEqual(memory);
    expect(backends.memory(id).peak).toBeGreaterThan(memory / 4);
  });
});

/** The cards of this machine; what the CPU plays is none. */
async function realGpus(): Promise<readonly Device[]> {
  const { devices } = await probeDevices();
  return devices.filter((device) => device.class !== 'cpu' && !device.software);
}

/** The first card that is used in one of these ways. */
function gpuOf(
  gpus: readonly Device[],
  ...classes: readonly Device['class'][]
): Device | undefined {
  return gpus.find((gpu) => classes.includes(gpu.class));
}
