import { bytes, count } from '@graft/nodes/kit/ui';

/** Of what a machine has, what is left to everybody else and to an estimate that was too low. */
const spared = 0.1;

/** Whether a model has room in this machine's memory, and what it takes. */
export function memoryWords(
  model: { readonly memory: number; readonly facts: { readonly kind: string } },
  machine: { readonly total: number; readonly free: number },
): { readonly fits: 'fits' | 'tight' | 'too-large'; readonly words: string } {
  const context = model.facts.kind === 'language-model' ? ' and its context' : '';
  const takes = `Needs about ${bytes(model.memory)}${context}`;
  if (model.memory > machine.total * (1 - spared))
    return { fits: 'too-large', words: `${takes}; this machine has ${bytes(machine.total)}` };
  if (model.memory > machine.free * (1 - spared))
    return { fits: 'tight', words: `${takes}; ${bytes(machine.free)} are free now` };
  return { fits: 'fits', words: `${takes}; fits in memory` };
}

/** `135 M`, `7.2 B`: how many weights a model has. */
export function weightCount(parameters: number): string {
  if (parameters < 1e5) return count(parameters);
  const [unit, size] = parameters >= 1e9 ? (['B', 1e9] as const) : (['M', 1e6] as const);
  const amount = parameters / size;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${unit}`;
}
