import { describe, expect, it } from 'vitest';
import { fitOfModels, type ModelMachine } from './fitting-models.ts';
import { selectedModels } from './selected-models.ts';

const GB = 1e9;
const card = (memory: number, name = 'GeForce RTX 3060'): ModelMachine => ({
  ...{ memory: memory * GB, cores: 8, gpu: { name, class: 'cuda' } },
});
const processor = (memory: number, cores: number): ModelMachine => ({ memory: memory * GB, cores });

const bestOf = (machine: ModelMachine) =>
  fitOfModels(selectedModels, machine).find(({ best }) => best === true);

describe('the language model that suits a machine', () => {
  it.each([
    ['a machine that is full', processor(1, 8), undefined],
    ['a small virtual machine', processor(1.2, 1), 'SmolLM2 360M Instruct'],
    ['two cores', processor(4, 2), 'Qwen3 0.6B'],
    ['a small laptop', processor(4.1, 4), 'Qwen3 1.7B'],
    ['a small laptop with little free', processor(2.4, 4), 'Granite 4.0 1B'],
    ['a laptop', processor(9, 8), 'Phi-4 mini Instruct'],
    ['a workstation', processor(48, 16), 'Qwen3 4B Instruct 2507'],
    ['a server without a card', processor(500, 96), 'Qwen3 4B Instruct 2507'],
    ['a card of 6 GB', card(6), 'Qwen3 4B Instruct 2507'],
    ['a card of 8 GB', card(8), 'Ministral 3 8B'],
    ['a card of 12 GB', card(12), 'Qwen3 14B'],
    ['a card of 80 GB', card(80), 'Qwen3 14B'],
  ])('on %s', (_name, machine, title) => {
    expect(bestOf(machine)?.model.title).toBe(title);
  });

  it('says why, by what keeps the next larger one out', () => {
    expect(bestOf(processor(4.1, 4))?.reason).toBe(
      '4.1 GB of free memory and no GPU, 4 cores: answers without a long wait need at most about 2 billion parameters.',
    );
    expect(bestOf(processor(2.4, 4))?.reason).toBe(
      '2.4 GB of free memory and no GPU: beside its context a model can have up to 1.4 GB.',
    );
    expect(bestOf(processor(500, 96))?.reason).toBe(
      '500.0 GB of free memory and no GPU: at reading speed a model can have up to 5.0 GB.',
    );
    expect(bestOf(card(80, 'H100'))?.reason).toBe(
      '80.0 GB of H100: enough for the largest model of this list.',
    );
  });
});

describe('over many machines', () => {
  const machines = [0, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 512].flatMap((memory) => [
    ...[1, 2, 4, 6, 8, 12, 16, 32, 64, 128].map((cores) => processor(memory, cores)),
    ...(['cuda', 'metal', 'vulkan'] as const).map((kind): ModelMachine => ({
      ...{ memory: memory * GB, cores: 4, gpu: { name: 'A GPU', class: kind } },
    })),
  ]);

  it('what fits has room beside its context, and there is one best that asks for no consent', () => {
    for (const machine of machines) {
      const fits = fitOfModels(selectedModels, machine);
      for (const { model, fits: how, reason } of fits) {
        if (how === 'well') expect(model.size).toBeLessThan(machine.memory * 0.9);
        expect(reason).toMatch(/^[A-Z\d][^\n]*\.$/);
      }
      const best = fits.filter((fit) => fit.best === true);
      const free = fits.filter(({ fits: how, model }) => how === 'well' && !model.licence.consent);
      expect(best.length).toBe(free.length > 0 ? 1 : 0);
      for (const { model, fits: how } of best) {
        expect(how).toBe('well');
        expect(model.licence.consent).toBe(false);
        expect(Math.max(...free.map((each) => each.model.parameters))).toBe(model.parameters);
      }
    }
  });

  it('more memory or more cores never give a smaller model', () => {
    const size = (machine: ModelMachine): number => bestOf(machine)?.model.parameters ?? 0;
    for (const machine of machines) {
      const larger = { ...machine, memory: machine.memory * 1.5 };
      const faster = { ...machine, cores: machine.cores * 2 };
      expect(size(larger)).toBeGreaterThanOrEqual(size(machine));
      expect(size(faster)).toBeGreaterThanOrEqual(size(machine));
    }
  });
});

it('leaves other kinds of models out', () => {
  const fits = fitOfModels(selectedModels, card(80));
  expect(fits.every(({ model }) => model.kind === 'language-model')).toBe(true);
});
