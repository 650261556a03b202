import { beforeAll, describe, expect, it } from 'vitest';
import type { Executor } from '../ir/executor.ts';
import { cases, isFamily, type Case } from './golden.ts';
import { GoldenCase } from './measure.ts';
import { webgpuForTests } from './software-vulkan.ts';

interface Compared {
  readonly chosen?: readonly Case[];
  /** Whether logits are compared by themselves: gradients rest on them. */
  readonly logits?: boolean;
  /** Whether layers are recomputed where gradients are compared. */
  readonly recomputed?: readonly boolean[];
  /** Whether 20 steps are compared. */
  readonly stepped?: boolean;
}

/**
 * Our forward, backward and optimizer against PyTorch, transformers and PEFT (see make.py). Tolerances are the
 * project's: logits 1e-4, gradients 1e-3 relative to each tensor's largest, losses 1e-3.
 */
export function goldenContract(
  open: () => Promise<Executor>,
  { chosen = cases, logits = true, recomputed = [false, true], stepped = true }: Compared = {},
): void {
  describe.each(chosen)('%s against PyTorch', (name) => {
    let executor: Executor;
    let golden: GoldenCase;
    beforeAll(async () => {
      executor = await open();
      golden = await GoldenCase.open(name);
    });

    if (logits && isFamily(name)) {
      it('gives the same logits', async () => {
        expect(await golden.baseLogits(executor)).toBeLessThan(1e-4);
      });
    }
    if (logits) {
      it('gives the same logits with the adapter', async () => {
        expect(await golden.adaptedLogits(executor)).toBeLessThan(1e-4);
      });
    }
    it.each(recomputed)('gives the same gradients (layers recomputed: %s)', async (checkpoint) => {
      expect(await golden.gradients(executor, checkpoint)).toBeLessThan(1e-3);
    });
    if (stepped) {
      it('loses the same over 20 steps of AdamW', async () => {
        expect(await golden.losses(executor)).toBeLessThan(1e-3);
      });
    }
  });
}

/** Compares on the webgpu executor; says why it skips where there is no Vulkan device. Call before anything else touches Vulkan. */
export async function onWebgpu(compare: (open: () => Promise<Executor>) => void): Promise<void> {
  const webgpu = await webgpuForTests();
  describe('onnx on webgpu', () => {
    if (webgpu === undefined) {
      it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () =>
        undefined);
    } else {
      compare(() => Promise.resolve(webgpu));
    }
  });
}
