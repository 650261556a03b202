import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderModel } from '../encoders/encoder-model.ts';
import type { Executor } from '../ir/executor.ts';
import { RerankerGoldenCase, type RerankerCase, type RerankerMethod } from './reranker-measure.ts';

interface Compared {
  readonly model: () => Promise<EncoderModel>;
  readonly executor: () => Promise<Executor>;
  readonly stepped: readonly RerankerMethod[];
}

/**
 * Our score head, list loss, backward pass and optimizer against PyTorch, transformers and PEFT (see
 * make_rerankers.py), with the tolerances of encoders: outputs 1e-4, gradients 1e-3, losses 1e-3.
 */
export function rerankerContract(name: RerankerCase, compared: Compared): void {
  describe(`${name} against PyTorch`, () => {
    let executor: Executor;
    let golden: RerankerGoldenCase;
    beforeAll(async () => {
      executor = await compared.executor();
      golden = await RerankerGoldenCase.open(name, await compared.model());
    });

    it.each(['full', 'lora'] as const)('gives the same scores (%s)', async (method) => {
      expect(await golden.outputs(executor, method)).toBeLessThan(1e-4);
    });
    it.each([
      ['full', false],
      ['lora', false],
      ['lora', true],
    ] as const)('gives the same gradients (%s; layers recomputed: %s)', async (method, again) => {
      expect(await golden.gradients(executor, method, again)).toBeLessThan(1e-3);
    });
    it.each(compared.stepped)('loses the same over 20 steps of AdamW (%s)', async (method) => {
      expect(await golden.losses(executor, method)).toBeLessThan(1e-3);
    });
  });
}
