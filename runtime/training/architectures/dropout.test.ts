import { describe, expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { openBaseModel } from './base-model.ts';
import { Dropout, dropoutFeeds } from './dropout.ts';
import { loraPlusFactor, targetModules } from './lora-spec.ts';
import { buildEvaluationProgram, buildTrainingProgram } from './training-program.ts';

const shape = { batch: 2, length: 40 };
const spec = { rank: 4, alpha: 8, rankStabilized: false, targets: ['q_proj', 'k_proj'] };
const lora = { ...spec, dropout: 0.25 };
const { config } = await openBaseModel(fixture('llama'));

/** What two modules see of ones, one after the other. */
async function masks(seed: number): Promise<Float32Array[]> {
  const modules = targetModules(config, lora).slice(0, 2);
  const b = new Builder();
  const x = b.constant(new Float32Array(80 * 32).fill(1), [80, 32]);
  const dropout = new Dropout(b, modules, { ...shape, rate: lora.dropout });
  const outputs = modules.map(({ path }, i) => [`${i}`, dropout.apply(path, x)] as const);
  const program = b.build(Object.fromEntries(outputs));
  await using executable = await (await onnxExecutor({ device: 'cpu' })).compile(program);
  const feeds = dropoutFeeds(config, { lora: { ...lora, targets: ['q_proj'] }, ...shape }, seed);
  const results = await executable.run(feeds);
  return outputs.map(([name]) => results[name] ?? new Float32Array());
}

function share(values: Iterable<boolean>): number {
  const all = [...values];
  return all.filter(Boolean).length / all.length;
}

describe('dropout', () => {
  it('leaves out the share asked for, in no pattern, and keeps the mean', async () => {
    const [mask = new Float32Array()] = await masks(1);
    const dropped = [...mask].map((x) => x === 0);
    // Three deviations of 2,560 draws are 0.026.
    expect(Math.abs(share(dropped) - 0.25)).toBeLessThan(0.026);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(4 / 3)]));
    // Neighbours along rows and columns, and corners of rectangles, fall together as often as chance has it.
    for (const distance of [1, 32, 33]) {
      const both = dropped.slice(distance).map((one, i) => one && dropped[i] === true);
      expect(Math.abs(share(both) - 0.0625)).toBeLessThan(0.02);
    }
    const corners = dropped
      .slice(33)
      .map((one, i) => [one, dropped[i], dropped[i + 1], dropped[i + 32]]);
    const odd = corners.map((four) => four.filter(Boolean).length % 2 === 1);
    // (1 − (1 − 2p)⁴) / 2
    expect(Math.abs(share(odd) - 0.469)).toBeLessThan(0.035);
  });

  it('is the same for a seed, and another for each module and seed', async () => {
    const [first, second] = await masks(1);
    expect(await masks(1)).toEqual([first, second]);
    expect(second).not.toEqual(first);
    expect((await masks(2))[0]).not.toEqual(first);
  });

  it('takes no part in evaluation, nor where its rate is zero', () => {
    const model = { config, layout: { pairedRows: false, gainLessOne: false } };
    const named = (names: Iterable<string>): string[] =>
      [...names].filter((name) => name.startsWith('dropout'));
    const training = buildTrainingProgram(model, { ...shape, lora }).program;
    expect(named(training.inputs.keys())).toEqual(['dropout.rows', 'dropout.columns']);
    expect(named(buildEvaluationProgram(model, { ...shape, lora }).inputs.keys())).toEqual([]);
    const without = buildTrainingProgram(model, { ...shape, lora: spec }).program;
    expect(named(without.inputs.keys())).toEqual([]);
    expect(dropoutFeeds(config, { ...shape, lora: spec }, 1)).toEqual({});
    expect(() => targetModules(config, { ...spec, dropout: 1 })).toThrow(/dropout 1 is not/);
  });
});

describe('LoRA+', () => {
  it('speeds up everything but A', () => {
    const factor = loraPlusFactor(16);
    expect(factor('model.layers.0.mlp.up_proj.lora_A.weight')).toBe(1);
    expect(factor('model.layers.0.mlp.up_proj.lora_B.weight')).toBe(16);
    expect(factor('model.layers.0.mlp.up_proj.lora_magnitude_vector')).toBe(16);
  });
});
