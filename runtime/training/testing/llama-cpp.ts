import { getLlama, LlamaLogLevel, type Llama } from 'node-llama-cpp';
import type { Adapter } from '../adapters/adapter.ts';
import { mergeIntoGguf } from '../adapters/merge-into-gguf.ts';
import type { BaseModel } from '../architectures/base-model.ts';
import { factorNames, type LoraSpec } from '../architectures/lora-spec.ts';
import { buildEvaluationProgram } from '../architectures/training-program.ts';
import { floatVulkanForLlamaCpp } from './env.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { preferLlvmpipe } from './software-vulkan.ts';

/** Log-probabilities of the next token after each token, [token][vocabulary]. */
export type Answers = readonly Float32Array[];

/** llama.cpp as a reference. */
export class LlamaCpp implements AsyncDisposable {
  readonly #llama: Llama;

  private constructor(llama: Llama) {
    this.#llama = llama;
  }

  /** On the CPU, where llama.cpp rounds activations to 8 bits beside quantised weights. */
  static async onCpu(): Promise<LlamaCpp> {
    return new LlamaCpp(await open(false));
  }

  /**
   * On Vulkan in 32-bit floats, where blocks are widened as we widen them; undefined where no device does that. Must
   * come before anything else touches Vulkan.
   */
  static async onVulkan(): Promise<LlamaCpp | undefined> {
    preferLlvmpipe();
    floatVulkanForLlamaCpp();
    try {
      const llama = await open('vulkan');
      const [device] = await llama.getGpuDeviceNames();
      return device === undefined ? undefined : new LlamaCpp(llama);
    } catch {
      return undefined;
    }
  }

  async answers(
    file: string,
    tokens: readonly number[],
    { lora, batch = 64 }: { readonly lora?: string; readonly batch?: number } = {},
  ): Promise<Answers> {
    await using model = await this.#llama.loadModel({ modelPath: file });
    await using context = await model.createContext({
      contextSize: 64,
      batchSize: batch,
      threads: 2,
      flashAttention: false,
      // Its default cache is f16, which alone costs several 1e-3.
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
      ...(lora === undefined ? {} : { lora }),
    });
    const all = [...model.iterateAllTokens()];
    const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
    const items = tokens.map((id) => {
      const token = all[id];
      if (token === undefined) throw new Error(`no token ${id}`);
      return [token, { generateNext: { probabilities: true, options } }] satisfies [
        unknown,
        unknown,
      ];
    });
    const evaluated = await context.getSequence().controlledEvaluate(items);
    return evaluated.map((one) => {
      const row = new Float32Array(all.length).fill(NaN);
      for (const [id, p] of one?.next.probabilities ?? []) row[id] = Math.log(p);
      return row;
    });
  }

  /** Token ids of a text. */
  async tokens(file: string, text: string): Promise<number[]> {
    const [tokens = []] = await this.tokensOf(file, [text]);
    return tokens;
  }

  /** Token ids of each text. */
  async tokensOf(file: string, texts: readonly string[]): Promise<number[][]> {
    await using model = await this.#llama.loadModel({ modelPath: file, vocabOnly: true });
    return texts.map((text) => model.tokenize(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#llama.dispose();
  }
}

function open(gpu: false | 'vulkan'): Promise<Llama> {
  return getLlama({ gpu, build: 'never', maxThreads: 2, logLevel: LlamaLogLevel.error });
}

/** Our own answers. */
export async function ours(
  base: BaseModel,
  tokens: readonly number[],
  added?: { readonly adapter: Adapter; readonly lora: LoraSpec },
): Promise<Answers> {
  const options = { batch: 1, length: tokens.length };
  const program = buildEvaluationProgram(
    base,
    added === undefined ? options : { ...options, lora: added.lora },
  );
  const executor = await onnxExecutor({ device: 'cpu', threads: 2 });
  await using executable = await executor.compile(program, base.weights);
  const factors = [...(added?.adapter.modules ?? [])].flatMap(([name, { a, b }]) => {
    const [nameA, nameB] = factorNames(name);
    return [[nameA, a] as const, [nameB, b] as const];
  });
  const zeros = (): Int32Array => new Int32Array(tokens.length);
  const { logits = new Float32Array() } = await executable.run({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens, (_, i) => i),
    segments: zeros(),
    labels: zeros(),
    weights: new Float32Array(tokens.length),
    ...Object.fromEntries(factors),
  });
  return answersOf(logits, { vocabulary: base.config.vocabulary, count: tokens.length });
}

/** The answers that logits are, those of the first `count` tokens. */
export function answersOf(
  logits: Float32Array,
  { vocabulary, count }: { readonly vocabulary: number; readonly count: number },
): Answers {
  return Array.from({ length: count }, (_, at) =>
    logProbabilities(logits.slice(at * vocabulary, (at + 1) * vocabulary)),
  );
}

/** Logits of one position as log-probabilities. */
export function logProbabilities(row: Float32Array): Float32Array {
  const top = row.reduce((a, x) => Math.max(a, x), -Infinity);
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0)) + top;
  return row.map((x) => x - total);
}

/** Largest difference over the tokens that the second thinks at all likely (p > 1e-4); NaN where one lacks some. */
export function disagreement(one: Answers, other: Answers): number {
  let most = one.length === other.length ? 0 : NaN;
  other.forEach((row, at) => {
    const mine = one[at] ?? new Float32Array();
    if (mine.length !== row.length) most = NaN;
    for (const [id, log] of row.entries()) {
      if (log < -9.2) continue;
      const difference = Math.abs((mine[id] ?? NaN) - log);
      if (!(difference <= most)) most = difference;
    }
  });
  return most;
}

/** The same weights in 32-bit floats: on the CPU llama.cpp rounds nothing beside them. */
export async function widened(file: string): Promise<string> {
  const target = file.replace(/(\.\w+)?\.gguf$/, '-widened.gguf');
  await mergeIntoGguf(file, [], { file: target, encoding: 'f32' });
  return target;
}
