import { GraphError } from '@graft/graph';
import type { ModelConfig } from '../architectures/model-config.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import { fromGgufName, toGgufName } from '../architectures/tensor-names.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import type { GgufValue } from '@graft/kit';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { isDora, pairFactors, scaleOf, type Adapter, type FactorPair } from './adapter.ts';

/** What determines the llama.cpp form of an adapter for this base. */
type BaseLayout = Pick<ModelConfig, 'architecture' | 'heads' | 'kvHeads'>;

/**
 * Writes an adapter for llama.cpp. The loader scales by α/rank with a single α, so rsLoRA is written as α·√rank, and
 * modules with their own scale have it multiplied into B. Throws `bad-input` for DoRA, because the format cannot store
 * magnitudes.
 */
export async function writeGgufAdapter(
  file: string,
  adapter: Adapter,
  { encoding = 'f32', ...config }: BaseLayout & { readonly encoding?: 'f32' | 'f16' },
): Promise<void> {
  if (isDora(adapter)) {
    throw new GraphError(
      'bad-input',
      `GGUF cannot hold DoRA's magnitudes, so Graft cannot write ${file}; merge the adapter into its base model to use it in llama.cpp`,
    );
  }
  const { architecture } = config;
  const modules = [...adapter.modules];
  const first = modules[0]?.[1];
  if (first === undefined)
    throw new GraphError('bad-input', 'an adapter without modules has nothing to write');
  const alpha = Math.fround(scaleOf(adapter, first) * first.rank);
  const tensors = modules.flatMap(([path, module]): GgufTensor[] => {
    const name = toGgufName(architecture, `${path}.weight`);
    if (name === undefined) {
      throw new GraphError(
        'bad-input',
        `${path} has no place in a GGUF file of ${architecture.name}`,
      );
    }
    const factor = (scaleOf(adapter, module) * module.rank) / alpha;
    const { outputs, inputs, rank } = module;
    const rows = permuteModule(config, { path, data: module.b, rows: outputs }, 'toPairs');
    const b = Math.abs(factor - 1) < 1e-6 ? rows : rows.map((x) => x * factor);
    return [
      {
        name: `${name}.lora_a`,
        shape: [rank, inputs],
        encoding,
        bytes: () => encode(encoding, module.a),
      },
      {
        name: `${name}.lora_b`,
        shape: [outputs, rank],
        encoding,
        bytes: () => encode(encoding, b),
      },
    ];
  });
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: architecture.gguf }],
    ['general.type', { type: 'string', value: 'adapter' }],
    ['adapter.type', { type: 'string', value: 'lora' }],
    ['adapter.lora.alpha', { type: 'f32', value: alpha }],
  ]);
  await writeGguf(file, metadata, tensors);
}

/** Reads a llama.cpp adapter file; `config` is its base's, for the order of q and k. */
export async function readGgufAdapter(file: string, config: BaseLayout): Promise<Adapter> {
  const { metadata, tensors } = await readGguf(file);
  const text = (key: string): string => {
    const found = metadata.get(key);
    return found === undefined || found.type === 'array' ? '' : String(found.value);
  };
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-input', `${file} ${reason}`, { location: { file } });
  if (text('general.type') !== 'adapter' || text('adapter.type') !== 'lora') {
    throw refuse('is a GGUF file, but no LoRA adapter');
  }
  const { architecture } = config;
  if (text('general.architecture') !== architecture.gguf) {
    throw refuse(
      `is an adapter for ${text('general.architecture')}, but the base is ${architecture.gguf}; choose the base it was trained on`,
    );
  }
  const factors = new Map<string, FactorPair>();
  for (const [name, entry] of tensors) {
    const match = /^(.+)\.lora_([ab])$/.exec(name);
    const path = fromGgufName(architecture, match?.[1] ?? '')?.replace(/\.weight$/, '');
    if (path === undefined) throw refuse(`has "${name}", which is not a factor of a linear map`);
    const loaded = await loadWeight(sourceOf(entry), entry.shape);
    const pair = factors.get(path) ?? {};
    if (match?.[2] === 'a') {
      pair.a = { shape: entry.shape, data: loaded };
    } else {
      const outputs = entry.shape[0] ?? 0;
      pair.b = {
        shape: entry.shape,
        data: permuteModule(config, { path, data: loaded, rows: outputs }, 'fromPairs'),
      };
    }
    factors.set(path, pair);
  }
  const alpha = Number(text('adapter.lora.alpha'));
  return {
    rankStabilized: false,
    base: undefined,
    // Without an alpha the loader does not scale: α equal to the rank means the same.
    modules: pairFactors(file, factors, (path) => alpha || (factors.get(path)?.a?.shape[0] ?? 1)),
  };
}
