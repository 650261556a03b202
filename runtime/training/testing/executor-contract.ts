import { beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/index.ts';
import { Random } from '../optimizer/random.ts';
import { Builder } from '../ir/builder.ts';
import type { Executor, Feeds } from '../ir/executor.ts';
import { opCases, type OpCase } from './op-cases.ts';
import { sizeOf } from '../ir/shape.ts';

/** A program whose loss is a fixed random weighting of the case's result. */
export function programOf(opCase: OpCase) {
  const b = new Builder();
  const inputs = opCase.inputs.map((shape, i) => b.input(`x${i}`, { shape }));
  const result = opCase.build(b, inputs);
  const random = new Random(7);
  const weighting = Float32Array.from({ length: sizeOf(result.shape) }, () => random.next() - 0.5);
  const axes = result.shape.map((_, axis) => axis);
  const loss = b.reduceSum(b.mul(result, b.constant(weighting, result.shape)), axes);
  const derived = gradients(b, loss, inputs);
  return b.build({ result, loss, ...Object.fromEntries(derived.map((g, i) => [`g${i}`, g])) });
}

export function feedsOf(opCase: OpCase): Record<string, Float32Array> {
  const random = new Random(11);
  const { low = -1, high = 1 } = opCase;
  return Object.fromEntries(
    opCase.inputs.map((shape, i) => [
      `x${i}`,
      Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high)),
    ]),
  );
}

/** What every executor must satisfy. */
export function executorContract(open: () => Promise<Executor>): void {
  describe('executor contract', () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await open();
    });

    it.each(opCases.map((opCase) => [opCase.name, opCase] as const))(
      'derives %s as finite differences do',
      async (_, opCase) => {
        await using executable = await executor.compile(programOf(opCase));
        const feeds = feedsOf(opCase);
        const { loss: _loss, ...base } = await executable.run(feeds);
        // Large enough that f32 rounding of the loss stays far below the difference.
        const step = 1e-2;
        for (const [name, data] of Object.entries(feeds)) {
          const derived = base[name.replace('x', 'g')] ?? new Float32Array();
          expect(derived.length).toBe(data.length);
          for (let i = 0; i < data.length; i++) {
            const at = async (delta: number): Promise<number> => {
              const moved = data.slice();
              moved[i] = (moved[i] ?? 0) + delta;
              return (await executable.run({ ...feeds, [name]: moved }))['loss']?.[0] ?? NaN;
            };
            const slope = ((await at(step)) - (await at(-step))) / (2 * step);
            expect(Math.abs((derived[i] ?? NaN) - slope)).toBeLessThan(
              2e-3 * (1 + Math.abs(slope)),
            );
          }
        }
      },
    );

    it('recomputes a checkpointed segment to the same gradients, and reads weights', async () => {
      const run = async (mode: 'plain' | 'kept' | 'forgotten') => {
        const b = new Builder();
        const x = b.input('x', { shape: [3, 4] });
        const w = b.weight('w', [4, 4]);
        let h = x;
        for (let layer = 0; layer < 3; layer++) {
          const body = () => {
            const product = b.matmul(b.exp(b.tanh(h)), w);
            return b.add(h, b.tanh(mode === 'kept' ? b.keep(product) : product));
          };
          h = mode === 'plain' ? body() : b.segment(`layer${layer}`, body);
        }
        const loss = b.reduceSum(b.mul(h, h), [0, 1]);
        const [g] = gradients(b, loss, [x]);
        const program = b.build({ loss, g: g ?? loss });
        const random = new Random(3);
        const w0 = Float32Array.from({ length: 16 }, () => random.next() - 0.5);
        await using executable = await executor.compile(program, () => ({
          kind: 'memory',
          data: w0,
        }));
        const feeds: Feeds = { x: Float32Array.from({ length: 12 }, () => random.next() - 0.5) };
        return { ops: program.values.length, results: await executable.run(feeds) };
      };
      const [plain, kept, forgotten] = [
        await run('plain'),
        await run('kept'),
        await run('forgotten'),
      ];
      expect(kept.ops).toBeGreaterThan(plain.ops);
      expect(forgotten.ops).toBeGreaterThan(kept.ops);
      expect([...(kept.results['g'] ?? [])]).toEqual([...(plain.results['g'] ?? [])]);
      expect([...(forgotten.results['g'] ?? [])]).toEqual([...(plain.results['g'] ?? [])]);
    });

    it('passes a detached tensor on, but no gradient', async () => {
      const b = new Builder();
      const x = b.input('x', { shape: [3] });
      const y = b.mul(b.detach(b.exp(x)), x);
      const [g] = gradients(b, b.reshape(b.reduceSum(y, [0]), []), [x]);
      await using executable = await executor.compile(b.build({ y, g: g ?? y }));
      const data = Float32Array.of(-1, 0.5, 2);
      const results = await executable.run({ x: data });
      data.forEach((value, i) => {
        expect(results['y']?.[i]).toBeCloseTo(Math.exp(value) * value, 5);
        expect(results['g']?.[i]).toBeCloseTo(Math.exp(value), 5);
      });
    });

    it('refuses feeds that do not fit, naming the input', async () => {
      const b = new Builder();
      const x = b.input('x', { shape: [2] });
      await using executable = await executor.compile(b.build({ y: b.neg(x) }));
      await expect(executable.run({})).rejects.toThrow(/"x" takes 2/);
      await expect(executable.run({ x: new Float32Array(3) })).rejects.toThrow(/got 3/);
    });

    it('names a weight that the model lacks', async () => {
      const b = new Builder();
      const program = b.build({ y: b.neg(b.weight('blk.0.lost', [2])) });
      await expect(executor.compile(program, () => undefined)).rejects.toThrow(/"blk.0.lost"/);
    });
  });
}
