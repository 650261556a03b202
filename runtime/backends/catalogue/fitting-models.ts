import type { SelectedModel } from './selected-model.ts';

/** Where language models compute. */
export interface ModelMachine {
  /** Bytes free for models: of the GPU, else of the machine. */
  readonly memory: number;
  /** Processors that run at once. */
  readonly cores: number;
  /** The GPU that llama.cpp takes; absent: it computes on the processor. */
  readonly gpu?: { readonly name: string; readonly class: 'cuda' | 'vulkan' | 'metal' };
}

/** Of free memory, what is left to other programs and to an estimate that was too low. */
const spared = 0.1;
/**
 * Bytes of a context of 4,096 tokens in the shape of Qwen3 8B: keys and values of 36 layers, 8 heads of 128 numbers in
 * 16 bits are 0.6 GB, and the buffers of a batch come on top. Smaller models of that family take as much.
 */
const contextBytes = 0.8e9;
/** Tokens a second: people read some 240 words a minute (Brysbaert 2019), and a word is some 1.3 tokens. */
const readingSpeed = 5;
/** A question with its passages, in tokens, and the seconds that somebody waits for the first word. */
const prompt = { tokens: 1000, seconds: 20 };
/**
 * Operations a second of one processor in llama.cpp's matrix products: half of the 94e9 that reading a prompt with
 * SmolLM2-135M in Q8_0 took of CPU time on a Xeon with AVX-512 (node-llama-cpp 3.21.1), since most computers have AVX2.
 */
const coreSpeed = 50e9;
/** A multiplication and an addition a token. */
const perWeight = 2;
/**
 * Bytes a second that a device reads weights with: each new token reads them all. Half of what two channels of DDR4-3200
 * reach (51 GB/s) for processors; Vulkan also names graphics that share this memory. Apple's M1 has 68 GB/s, the slowest
 * cards with CUDA that still have drivers some 200.
 */
const bandwidths = { cpu: 25e9, vulkan: 25e9, metal: 60e9, cuda: 200e9 };

/** What a machine's models can be at most. */
interface Limits {
  /** Bytes of weights beside which a context fits. */
  readonly memory: number;
  /** Bytes of weights that answer at reading speed. */
  readonly weights: number;
  /** Weights that read a prompt in time; of a GPU, any number. */
  readonly parameters: number;
}

function limitsOf({ memory, cores, gpu }: ModelMachine): Limits {
  return {
    memory: Math.max(0, memory * (1 - spared) - contextBytes),
    weights: bandwidths[gpu?.class ?? 'cpu'] / readingSpeed,
    parameters:
      gpu === undefined
        ? (cores * coreSpeed * prompt.seconds) / (perWeight * prompt.tokens)
        : Infinity,
  };
}

type Sized = Pick<SelectedModel, 'parameters' | 'size'>;

/** What a model exceeds first; undefined: it fits. */
function exceeded({ parameters, size }: Sized, limits: Limits): keyof Limits | undefined {
  if (size > limits.memory) return 'memory';
  if (parameters > limits.parameters) return 'parameters';
  return size > limits.weights ? 'weights' : undefined;
}

/** How a language model fits a machine. */
export interface Fit<Model> {
  readonly model: Model;
  /** It has no room in memory, or answers slower than people read. */
  readonly fits: 'well' | 'slow' | 'too-large';
  /** Why, in one sentence. */
  readonly reason: string;
  /** The one to take where nobody has a preference. */
  readonly best?: true;
}

/**
 * How language models fit a machine, smallest first. The best is the largest that fits well and whose licence asks for
 * no consent, since one click then is enough.
 */
export function fitOfModels<Model extends SelectedModel>(
  models: readonly Model[],
  machine: ModelMachine,
): Fit<Model>[] {
  const limits = limitsOf(machine);
  const candidates = models
    .filter(({ kind }) => kind === 'language-model')
    .toSorted((a, b) => a.parameters - b.parameters)
    .map((model) => ({ model, bound: exceeded(model, limits) }));
  const best = candidates.findLast(
    ({ model, bound }) => bound === undefined && !model.licence.consent,
  )?.model;
  const next = candidates.find(
    ({ model, bound }) => bound !== undefined && model.parameters > (best?.parameters ?? 0),
  );
  const place = placeOf(machine);
  return candidates.map(({ model, bound }): Fit<Model> => {
    if (bound === 'memory') {
      return { model, fits: 'too-large', reason: `It has no room in ${place}.` };
    }
    if (bound !== undefined) {
      const how =
        bound === 'parameters'
          ? `begins to answer after more than ${prompt.seconds} s`
          : 'answers slower than people read';
      return { model, fits: 'slow', reason: `With ${place} it ${how}.` };
    }
    return model === best
      ? { model, fits: 'well', best: true, reason: bestReason(machine, limits, next?.bound) }
      : { model, fits: 'well', reason: `It has room in ${place} and answers at reading speed.` };
  });
}

function bestReason(
  machine: ModelMachine,
  limits: Limits,
  bound: keyof Limits | undefined,
): string {
  const place = placeOf(machine);
  switch (bound) {
    case undefined:
      return `${place}: enough for the largest model of this list.`;
    case 'memory':
      return `${place}: beside its context a model can have up to ${gigabytes(limits.memory)}.`;
    case 'weights':
      return `${place}: at reading speed a model can have up to ${gigabytes(limits.weights)}.`;
    case 'parameters':
      return `${place}, ${machine.cores} cores: answers without a long wait need at most about ${billions(limits.parameters)} billion parameters.`;
  }
}

function placeOf({ memory, gpu }: ModelMachine): string {
  return gpu === undefined
    ? `${gigabytes(memory)} of free memory and no GPU`
    : `${gigabytes(memory)} of ${gpu.name}`;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const billions = (count: number): string =>
  String(Number((count / 1e9).toPrecision(count < 1e9 ? 1 : 2)));
