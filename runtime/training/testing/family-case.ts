import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Adapter } from '../adapters/adapter.ts';
import { writeGgufAdapter } from '../adapters/gguf-adapter.ts';
import { mergeIntoGguf } from '../adapters/merge-into-gguf.ts';
import { peftConfig, peftTensors, readPeftAdapter, writePeftAdapter } from '../adapters/peft.ts';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import type { LoraSpec } from '../architectures/lora-spec.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import {
  buildEvaluationProgram,
  buildTrainingProgram,
  gradientName,
} from '../architectures/training-program.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import type { Executor, Feeds } from '../ir/executor.ts';
import type { Differences, FamilyName } from './families.ts';
import { batchFeeds, fixture, goldenShape, readTensors } from './golden.ts';
import { disagreement, logProbabilities, type Answers, type LlamaCpp } from './llama-cpp.ts';
import { difference, largest } from './measure.ts';

const lora: LoraSpec = { rank: 4, alpha: 8, rankStabilized: false, targets: ['all-linear'] };
const batchSchema = z.object({
  tokens: z.array(z.number()),
  labels: z.array(z.number()),
  weights: z.array(z.number()),
});
type Tensors = ReadonlyMap<string, Float32Array>;

/** One family's fixtures of make_families.py, to compare with. */
export class FamilyCase {
  readonly #name: FamilyName;
  readonly #base: BaseModel;
  readonly #quantised: BaseModel;
  readonly #adapter: Adapter;
  /** Under the names of program inputs. */
  readonly #factors: Tensors;
  readonly #expected: Tensors;
  readonly #batch: z.infer<typeof batchSchema>;

  private constructor(given: {
    readonly name: FamilyName;
    readonly bases: readonly [base: BaseModel, quantised: BaseModel];
    readonly adapter: Adapter;
    readonly saved: Tensors;
    readonly expected: Tensors;
    readonly batch: z.infer<typeof batchSchema>;
  }) {
    this.#name = given.name;
    [this.#base, this.#quantised] = given.bases;
    this.#adapter = given.adapter;
    this.#factors = new Map(
      [...given.saved].map(([name, data]) => [name.replace('base_model.model.', ''), data]),
    );
    this.#expected = given.expected;
    this.#batch = given.batch;
  }

  static async open(name: FamilyName): Promise<FamilyCase> {
    const file = (...parts: readonly string[]): string => fixture('families', name, ...parts);
    return new FamilyCase({
      name,
      bases: [await openBaseModel(file()), await openBaseModel(file('quantised.gguf'))],
      adapter: await readPeftAdapter(file('adapter')),
      saved: await readTensors(file('adapter', peftTensors)),
      expected: await readTensors(file('golden.safetensors')),
      batch: batchSchema.parse(JSON.parse(await readFile(file('batch.json'), 'utf8'))),
    });
  }

  /** The checkpoint in safetensors, without an adapter. */
  async forward(executor: Executor): Promise<Differences> {
    const program = buildEvaluationProgram(this.#base, goldenShape);
    await using executable = await executor.compile(program, this.#base.weights);
    const { logits } = await executable.run(batchFeeds(this.#batch));
    return { logits: difference(logits, this.#expected.get('logits')) };
  }

  /** The checkpoint with the adapter that PEFT saved, and the gradients of its factors. */
  async lora(executor: Executor): Promise<Differences> {
    return this.#adapted(executor, this.#base, ['adapted logits', 'gradient']);
  }

  /** The same on the checkpoint in blocks, as GGUF. */
  async quantised(executor: Executor): Promise<Differences> {
    return this.#adapted(executor, this.#quantised, ['quantised logits', 'quantised gradient']);
  }

  async #adapted(
    executor: Executor,
    base: BaseModel,
    [logits, prefix]: readonly [string, string],
  ): Promise<Differences> {
    const feeds = { ...batchFeeds(this.#batch), ...Object.fromEntries(this.#factors) };
    const program = buildEvaluationProgram(base, { ...goldenShape, lora });
    await using executable = await executor.compile(program, base.weights);
    const results = await executable.run(feeds);
    return {
      logits: difference(results['logits'], this.#expected.get(logits)),
      gradients: await this.#gradients(executor, {
        base,
        feeds,
        prefix,
        names: [...this.#factors.keys()],
      }),
    };
  }

  /** Gradients of every weight of the GGUF file, whose order of rows they have. */
  async allWeights(executor: Executor): Promise<Differences> {
    const base = this.#quantised;
    const weights = new Map<string, Float32Array>();
    for (const [name, shape] of weightShapes(base.config)) {
      const entry = base.entry(name);
      if (entry !== undefined) weights.set(name, await loadWeight(sourceOf(entry), shape));
    }
    const feeds = { ...batchFeeds(this.#batch), ...Object.fromEntries(weights) };
    const names = [...weights.keys()];
    return {
      gradients: await this.#gradients(executor, { base, feeds, prefix: 'full gradient', names }),
    };
  }

  async #gradients(
    executor: Executor,
    {
      base,
      feeds,
      prefix,
      names,
    }: {
      readonly base: BaseModel;
      readonly feeds: Feeds;
      readonly prefix: string;
      readonly names: readonly string[];
    },
  ): Promise<number> {
    const full = prefix.startsWith('full');
    const options = full ? { ...goldenShape, full } : { ...goldenShape, lora };
    const { program, trainable } = buildTrainingProgram(base, options);
    await using executable = await executor.compile(program, base.weights);
    const results = await executable.run(feeds);
    if (names.length !== trainable.size) return NaN;
    return largest(
      names.map((name) => {
        const theirs = this.#expected.get(`${prefix}:${name}`);
        const given = results[gradientName(name)] ?? new Float32Array();
        const rows = trainable.get(name)?.[0] ?? 1;
        const module = name.replace(/\.(weight|bias)$/, '');
        const ours = full
          ? permuteModule(base.config, { path: module, data: given, rows }, 'fromPairs')
          : given;
        return difference(ours, theirs) / largest(theirs ?? []);
      }),
    );
  }

  /**
   * The adapter read from PEFT's folder and written anew: the largest difference of its tensors from PEFT's. NaN where
   * names or sizes differ, or a setting that determines what they mean.
   */
  async peft(folder: string): Promise<Differences> {
    const original = fixture('families', this.#name, 'adapter');
    await writePeftAdapter(folder, this.#adapter);
    const [ours, theirs] = await Promise.all(
      [folder, original].map((one) => readTensors(path.join(one, peftTensors))),
    );
    const settings = await Promise.all([folder, original].map(settingsOf));
    const modules = [...this.#adapter.modules.keys()];
    const targeted = settings.every(({ target_modules: targets }) =>
      modules.every((module) => targets.some((target) => `.${module}`.endsWith(`.${target}`))),
    );
    const [meaning, theirMeaning] = settings.map(({ target_modules: _, ...others }) => others);
    if (!targeted || !isDeepStrictEqual(meaning, theirMeaning) || ours?.size !== theirs?.size) {
      return { tensors: NaN };
    }
    const each = [...(theirs ?? [])].map(([name, data]) => difference(ours?.get(name), data));
    return { tensors: largest(each) };
  }

  /**
   * llama.cpp on the GGUF file in floats (`base`) and with the adapter written for it (`adapted`), against what
   * transformers and PEFT compute: log-probabilities of likely tokens in the first row. It knows no sliding window of
   * Mistral, so that only what lies within one is compared.
   */
  async llamaCpp(llama: LlamaCpp, folder: string): Promise<Differences> {
    const base = this.#quantised;
    const wide = path.join(folder, 'wide.gguf');
    const added = path.join(folder, 'adapter.gguf');
    const file = fixture('families', this.#name, 'quantised.gguf');
    await mergeIntoGguf(file, [], { file: wide, encoding: 'f32' });
    await writeGgufAdapter(added, this.#adapter, base.config);
    const { sliding, slidingWindow, architecture } = this.#base.config;
    const unknown = architecture.gguf === 'llama' && sliding.includes(true);
    const tokens = this.#batch.tokens.slice(0, unknown ? slidingWindow : goldenShape.length);
    const theirs = this.#rows('quantised logits', tokens.length);
    const bare = await llama.answers(wide, tokens);
    const adapted = await llama.answers(wide, tokens, { lora: added });
    // An adapter without effect would not pass for one.
    const does = disagreement(bare, theirs) > 0.1;
    return { logProbabilities: does ? disagreement(adapted, theirs) : NaN };
  }

  #rows(name: string, count: number): Answers {
    const { vocabulary } = this.#base.config;
    const logits = this.#expected.get(name) ?? new Float32Array();
    return Array.from({ length: count }, (_, at) =>
      logProbabilities(logits.slice(at * vocabulary, (at + 1) * vocabulary)),
    );
  }
}

const settingsSchema = z.object({
  ...{ peft_type: z.string(), task_type: z.string(), bias: z.string() },
  ...{ r: z.number(), lora_alpha: z.number() },
  ...{ rank_pattern: z.unknown(), alpha_pattern: z.unknown() },
  ...{ use_rslora: z.boolean(), use_dora: z.boolean(), fan_in_fan_out: z.boolean() },
  /** Paths of modules, or their ends: PEFT shortens long lists. */
  target_modules: z.array(z.string()),
});

/** The settings of an adapter's folder that say what its tensors mean. */
async function settingsOf(folder: string): Promise<z.infer<typeof settingsSchema>> {
  return settingsSchema.parse(JSON.parse(await readFile(path.join(folder, peftConfig), 'utf8')));
}
