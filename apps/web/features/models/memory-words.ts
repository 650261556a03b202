import { bytes, count } from '@graft/nodes/kit/ui';

/** Of what a machine has, what is left to everybody else and to an estimate that was too low. */
const spared = 0.1;

/** What the worker claims for a model before it loads it; `total`: of the GPU that it is loaded into. */
interface Claim {
  readonly bytes: number;
  readonly contextLength: number;
  readonly parallel: number;
  readonly total?: number | undefined;
}

interface Fit {
  readonly fits: 'fits' | 'tight' | 'too-large';
  readonly words: string;
}

/** Whether a model has room in this machine's memory, and what it takes: by what is claimed for it, else by its size. */
export function memoryWords(
  model: {
    readonly memory: number;
    readonly facts: { readonly kind: string };
    readonly claim?: Claim | undefined;
  },
  machine: { readonly total: number; readonly free: number },
): Fit {
  if (model.claim !== undefined) return claimWords(model.claim, machine);
  const context = model.facts.kind === 'language-model' ? ' and its context' : '';
  return fitWords(`Needs about ${bytes(model.memory)}${context}`, model.memory, machine);
}

function claimWords(
  { bytes: taken, contextLength, parallel, total }: Claim,
  machine: { readonly total: number; readonly free: number },
): Fit {
  const prompts =
    parallel === 1
      ? 'one prompt with a context'
      : `${count(parallel)} prompts at once, each with a context`;
  const takes = `Needs ${bytes(taken)} to answer ${prompts} of ${count(contextLength)} tokens`;
  if (total === undefined) return fitWords(takes, taken, machine);
  return taken > total * (1 - spared)
    ? { fits: 'too-large', words: `${takes}; the GPU has ${bytes(total)}` }
    : { fits: 'fits', words: `${takes}; fits in the memory of the GPU` };
}

function fitWords(
  takes: string,
  taken: number,
  machine: { readonly total: number; readonly free: number },
): Fit {
  if (taken > machine.total * (1 - spared))
    return { fits: 'too-large', words: `${takes}; this machine has ${bytes(machine.total)}` };
  if (taken > machine.free * (1 - spared))
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
