import { describe, expect, it } from 'vitest';
import { executorContract, feedsOf, programOf } from '../testing/executor-contract.ts';
import { opCases } from '../testing/op-cases.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { onnxExecutor } from './executor.ts';

const cpu = () => onnxExecutor({ device: 'cpu', threads: 1 });

executorContract(cpu);

describe('onnx against tfjs', () => {
  it.each(opCases.map((opCase) => [opCase.name, opCase] as const))(
    'gives the same value and gradients for %s',
    async (_, opCase) => {
      const program = programOf(opCase);
      await using onnx = await (await cpu()).compile(program);
      await using tfjs = await (await tfjsExecutor()).compile(program);
      const feeds = feedsOf(opCase);
      const [left, right] = [await onnx.run(feeds), await tfjs.run(feeds)];
      for (const name of Object.keys(program.outputs)) {
        const [a, b] = [left[name] ?? [], right[name] ?? []];
        expect(a.length).toBe(b.length);
        a.forEach((number, i) => expect(number).toBeCloseTo(b[i] ?? NaN, 5));
      }
    },
  );
});
