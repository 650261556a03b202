import { GraphError } from '@graft/graph';

/** Tensors by name; the optimizer changes parameters in place. */
export type Parameters = ReadonlyMap<string, Float32Array>;

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled: parameters shrink by rate · weightDecay at each step, independent of the gradient. */
  readonly weightDecay?: number;
  /** Multiplies the learning rate of one parameter; LoRA+ raises that of B. */
  readonly rateFactor?: (name: string) => number;
  /** Whether weight decay applies to a parameter; default: to all. */
  readonly decays?: (name: string) => boolean;
}

/** Everything that a resumed run needs to continue bit for bit. */
export interface AdamWState {
  readonly step: number;
  /** Running means of gradients and of their squares. */
  readonly first: Parameters;
  readonly second: Parameters;
}

/** AdamW (Loshchilov and Hutter 2019), as PyTorch computes it. Deterministic: one order, no threads. */
export class AdamW {
  #step = 0;
  readonly #parameters: Parameters;
  readonly #first = new Map<string, Float32Array>();
  readonly #second = new Map<string, Float32Array>();
  readonly #options: Required<AdamWOptions>;

  constructor(parameters: Parameters, options: AdamWOptions = {}) {
    this.#parameters = parameters;
    this.#options = {
      beta1: options.beta1 ?? 0.9,
      beta2: options.beta2 ?? 0.999,
      epsilon: options.epsilon ?? 1e-8,
      weightDecay: options.weightDecay ?? 0.01,
      rateFactor: options.rateFactor ?? (() => 1),
      decays: options.decays ?? (() => true),
    };
    for (const [name, data] of parameters) {
      this.#first.set(name, new Float32Array(data.length));
      this.#second.set(name, new Float32Array(data.length));
    }
  }

  /** One step at this learning rate along the gradients, each times `factor`: see `clipFactor`. */
  update(gradients: Parameters, rate: number, factor = 1): void {
    this.#step++;
    const { beta1, beta2, epsilon, weightDecay, rateFactor, decays } = this.#options;
    const correction1 = 1 - beta1 ** this.#step;
    const correction2 = 1 / Math.sqrt(1 - beta2 ** this.#step);
    for (const [name, data] of this.#parameters) {
      const gradient = matching(gradients, name, data.length);
      const first = matching(this.#first, name, data.length);
      const second = matching(this.#second, name, data.length);
      const own = rate * rateFactor(name);
      const keep = decays(name) ? 1 - own * weightDecay : 1;
      const size = own / correction1;
      for (let i = 0; i < data.length; i++) {
        const g = (gradient[i] ?? 0) * factor;
        const m = beta1 * (first[i] ?? 0) + (1 - beta1) * g;
        const v = beta2 * (second[i] ?? 0) + (1 - beta2) * g * g;
        first[i] = m;
        second[i] = v;
        data[i] = (data[i] ?? 0) * keep - (size * m) / (Math.sqrt(v) * correction2 + epsilon);
      }
    }
  }

  /** Views, not copies: write them out before the next update. */
  get state(): AdamWState {
    return { step: this.#step, first: this.#first, second: this.#second };
  }

  /** Continues from a saved state; throws `bad-input` if it belongs to other parameters. */
  restore(state: AdamWState): void {
    const same = (saved: Parameters): boolean =>
      saved.size === this.#parameters.size &&
      [...this.#parameters].every(([name, data]) => saved.get(name)?.length === data.length);
    if (!same(state.first) || !same(state.second)) {
      throw new GraphError(
        'bad-input',
        'the checkpoint belongs to other parameters; start again, or choose the base, rank and targets it was made with',
      );
    }
    for (const name of this.#parameters.keys()) {
      this.#first.get(name)?.set(state.first.get(name) ?? []);
      this.#second.get(name)?.set(state.second.get(name) ?? []);
    }
    this.#step = state.step;
  }
}

function matching(tensors: Parameters, name: string, length: number): Float32Array {
  const data = tensors.get(name);
  if (data?.length !== length) {
    throw new GraphError(
      'internal',
      `"${name}" has ${length} numbers, its gradient ${data?.length ?? 'none'}`,
      { audience: 'developer' },
    );
  }
  return data;
}

/** Norm of all gradients as one vector. */
export function gradientNorm(gradients: Parameters): number {
  let sum = 0;
  for (const data of gradients.values()) sum += sumOfSquares(data);
  return Math.sqrt(sum);
}

/** Four independent sums: twice as fast as one. */
function sumOfSquares(data: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = data.length - (data.length % 4);
  for (let i = 0; i < even; i += 4) {
    a += (data[i] ?? 0) ** 2;
    b += (data[i + 1] ?? 0) ** 2;
    c += (data[i + 2] ?? 0) ** 2;
    d += (data[i + 3] ?? 0) ** 2;
  }
  for (let i = even; i < data.length; i++) a += (data[i] ?? 0) ** 2;
  return a + b + c + d;
}

/** The factor that limits gradients of this norm to `largest` together (PyTorch's rule); 1 below it. */
export function clipFactor(norm: number, largest: number): number {
  return Math.min(1, largest / (norm + 1e-6));
}
