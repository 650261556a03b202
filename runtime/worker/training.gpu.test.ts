import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { probeDevices } from '@graft/backends/probe';
import { createTraining } from '@graft/training/service';
import { startTrainer } from './start-trainer.ts';
import { tinyRequest } from './testing/tiny-training.ts';

const { devices } = await probeDevices();
const card = devices.find(
  (device) => (device.class === 'webgpu' || device.class === 'cuda') && !device.software,
);

it('a training on a real card loses as on the CPU', async (test) => {
  if (card === undefined) {
    test.skip('no card here that WebGPU or CUDA accepts; graft doctor says what is missing');
    return;
  }
  const root = await mkdtemp(join(tmpdir(), 'graft-gpu-training-'));
  const training = createTraining({
    ...{ startTrainer, threads: 1, scratchFolder: join(root, 'scratch') },
    resolveModel: ({ path = '' }) => Promise.resolve(path),
    resolveEncoder: () => Promise.reject(new Error('Nothing is encoded here.')),
  });
  const losses = async (device: string): Promise<number[]> => {
    const folder = join(root, device.replace(':', '-'));
    await mkdir(join(folder, 'result'), { recursive: true });
    const request = tinyRequest(folder, { device, maxSteps: 12 });
    const hooks = { metrics: () => undefined, log: () => undefined, progress: () => undefined };
    const { signal } = new AbortController();
    const { metrics } = await training.train(request, { ...hooks, signal });
    return metrics.flatMap(({ series, values }) =>
      series === 'train' ? [values['loss'] ?? Number.NaN] : [],
    );
  };
  const [onCpu, onCard] = [await losses('cpu'), await losses(card.id)];
  await rm(root, { recursive: true });
  expect(onCard).toHaveLength(12);
  for (const [step, loss] of onCard.entries()) expect(loss).toBeCloseTo(onCpu[step] ?? NaN, 2);
});
