import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderModel } from '../encoders/encoder-model.ts';
import type { Executor } from '../ir/executor.ts';
import { EncoderGoldenCase, type EncoderMethod, type EncoderCase } from './encoder-measure.ts';

interface Compared {
  readonly model: () => Promise<EncoderModel>;
  readonly executor: () => Promise<Executor>;
  /** Whose gradients are compared, and whether layers are recomputed; all unless given. */
  readonly gradients?: readonly (readonly [method: EncoderMethod, recomputed: boolean])[];
  /** Whose 20 steps are compared. */
  readonly stepped: readonly EncoderMethod[];
}

const allGradients = [
  ['full', false],
  ['lora', false],
  ['lora', true],
] as const;

/**
 * Our encoder, ranking loss, backward pass and optimizer against PyTorch, transformers and PEFT (see
 * make_encoders.py). Tolerances as for language models: outputs 1e-4, gradients 1e-3 relative to each tensor's
 * largest, losses 1e-3.
 */
export function encoderContract(name: EncoderCase, compared: Compared): void {
  describe(`${name} against PyTorch`, () => {
    let executor: Executor;
    let golden: EncoderGoldenCase;
    beforeAll(async () => {
      executor = await compared.executor();
      golden = await EncoderGoldenCase.open(name, await compared.model());
    });

    it('gives the same states and vectors', async () => {
      expect(await golden.outputs(executor)).toBeLessThan(1e-4);
    });
    it('gives the same vectors with the adapter', async () => {
      expect(await golden.adaptedOutputs(executor)).toBeLessThan(1e-4);
    });
    const { gradients = allGradients } = compared;
    it.each(gradients)(
      'gives the same gradients (%s; layers recomputed: %s)',
      async (method, again) => {
        expect(await golden.gradients(executor, method, again)).toBeLessThan(1e-3);
      },
    );
    it.each(compared.stepped)('loses the same over 20 steps of AdamW (%s)', async (method) => {
      expect(await golden.losses(executor, method)).toBeLessThan(1e-3);
    });
  });
}
