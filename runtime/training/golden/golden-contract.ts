import { beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import {
  buildEvaluationProgram,
  buildTrainingProgram,
  gradientName,
} from '../architectures/training-program.ts';
import type { Executor } from '../ir/executor.ts';
import { AdamW } from '../optimizer/adamw.ts';
import { clipGradients } from '../optimizer/clip.ts';
import { rateAt } from '../optimizer/schedule.ts';
import { batchFeeds, families, fixture, goldenShape, readGolden, readTensors } from './golden.ts';
import type { Golden } from './golden.ts';

const lora = { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] } as const;

function largest(xs: Iterable<number>): number {
  let most = 0;
  for (const x of xs) most = Math.max(most, Math.abs(x));
  return most;
}
function difference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || a.length !== b?.length) return NaN;
  return largest(a.map((x, i) => x - (b[i] ?? NaN)));
}

/**
 * Our forward, backward and optimizer against PyTorch, transformers and PEFT (see make.py). Tolerances are the
 * project's: logits 1e-4, gradients 1e-3 relative to each tensor's largest, losses 1e-3.
 */
export function goldenContract(open: () => Promise<Executor>): void {
  describe.each(families)('%s against PyTorch', (family) => {
    let executor: Executor;
    let base: BaseModel;
    let golden: Golden;
    let expected: ReadonlyMap<string, Float32Array>;
    let adapter: ReadonlyMap<string, Float32Array>;
    beforeAll(async () => {
      executor = await open();
      base = await openBaseModel(fixture(family));
      golden = await readGolden(family);
      expected = await readTensors(fixture(family, 'golden.safetensors'));
      const saved = await readTensors(fixture(family, 'adapter', 'adapter_model.safetensors'));
      adapter = new Map(
        [...saved].map(([name, data]) => [name.replace('base_model.model.', ''), data]),
      );
    });
    const feeds = (step: number) => {
      const batch = golden.batches[step % golden.batches.length];
      if (batch === undefined) throw new Error('no batch');
      return batchFeeds(batch);
    };

    it('gives the same logits and loss, with and without the adapter', async () => {
      const plain = buildEvaluationProgram(base, goldenShape);
      await using without = await executor.compile(plain, base.weights);
      const bare = await without.run(feeds(0));
      expect(difference(bare['logits'], expected.get('base logits'))).toBeLessThan(1e-4);
      const adapted = buildEvaluationProgram(base, { ...goldenShape, lora });
      await using executable = await executor.compile(adapted, base.weights);
      const { logits, loss } = await executable.run({
        ...feeds(0),
        ...Object.fromEntries(adapter),
      });
      expect(difference(logits, expected.get('logits'))).toBeLessThan(1e-4);
      expect(Math.abs((loss?.[0] ?? NaN) - golden.loss)).toBeLessThan(1e-4);
    });

    it.each([false, true])(
      'gives the same gradients (layers recomputed: %s)',
      async (checkpoint) => {
        const { program, trainable } = buildTrainingProgram(base, {
          ...goldenShape,
          lora,
          checkpoint,
        });
        await using executable = await executor.compile(program, base.weights);
        const results = await executable.run({ ...feeds(0), ...Object.fromEntries(adapter) });
        expect(trainable.size).toBe(adapter.size);
        for (const name of trainable.keys()) {
          const theirs = expected.get(`gradient:${name}`);
          const relative = difference(results[gradientName(name)], theirs) / largest(theirs ?? []);
          expect(relative).toBeLessThan(1e-3);
        }
      },
    );

    it('loses the same over 20 steps of AdamW', async () => {
      const { program } = buildTrainingProgram(base, { ...goldenShape, lora });
      await using executable = await executor.compile(program, base.weights);
      const parameters = new Map([...adapter].map(([name, data]) => [name, data.slice()]));
      const optimizer = new AdamW(parameters, { weightDecay: 0.1 });
      for (let step = 0; step < 20; step++) {
        const results = await executable.run({ ...feeds(step), ...Object.fromEntries(parameters) });
        const gradients = new Map(
          [...parameters.keys()].map((name) => [
            name,
            results[gradientName(name)] ?? new Float32Array(),
          ]),
        );
        const norm = clipGradients(gradients, 1);
        const rate = rateAt({ kind: 'cosine', rate: 1e-2, warmup: 5, steps: 20 }, step);
        expect(rate).toBeCloseTo(golden.rates[step] ?? NaN, 8);
        expect(Math.abs((results['loss']?.[0] ?? NaN) - (golden.losses[step] ?? NaN))).toBeLessThan(
          1e-3,
        );
        expect(Math.abs(norm / (golden.norms[step] ?? NaN) - 1)).toBeLessThan(1e-2);
        optimizer.update(gradients, rate);
      }
    });
  });
}
