import { GraphError } from '@graft/graph';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { loadWeight } from '../formats/load-weight.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { isDora, pairFactors, type Adapter, type FactorPair } from './adapter.ts';
import { modulePatterns } from './module-patterns.ts';

/** The parts of PEFT's `adapter_config.json` that determine the meaning of the tensors. */
const configSchema = z.object({
  peft_type: z.string(),
  r: z.number(),
  lora_alpha: z.number(),
  base_model_name_or_path: z.string().nullish(),
  use_rslora: z.boolean().default(false),
  use_dora: z.boolean().default(false),
  fan_in_fan_out: z.boolean().default(false),
  bias: z.string().default('none'),
  alpha_pattern: z.record(z.string(), z.number()).default({}),
});

const prefix = 'base_model.model.';

/** The files of a folder as PEFT saves it. */
export const peftConfig = 'adapter_config.json';
export const peftTensors = 'adapter_model.safetensors';

/** Reads a PEFT adapter folder. Refuses by name what plain LoRA cannot express. */
export async function readPeftAdapter(folder: string): Promise<Adapter> {
  const file = path.join(folder, peftConfig);
  const refuse = (reason: string, cause?: unknown): GraphError =>
    new GraphError('bad-input', `${file}: ${reason}`, { location: { file }, cause });
  let config;
  try {
    config = configSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw refuse('cannot be read as the configuration of a PEFT adapter', cause);
  }
  if (config.peft_type !== 'LORA')
    throw refuse(`is of type ${config.peft_type}; only LORA is known`);
  if (config.fan_in_fan_out) throw refuse('has fan_in_fan_out, which no known architecture uses');
  if (config.bias !== 'none')
    throw refuse(`trains biases ("${config.bias}"); only "none" is known`);
  const tensors = path.join(folder, peftTensors);
  const factors = new Map<string, FactorPair>();
  for (const [name, entry] of (await readSafetensors(tensors)).tensors) {
    const match = /^base_model\.model\.(.+)\.lora_(A\.weight|B\.weight|magnitude_vector)$/.exec(
      name,
    );
    const [module, kind] = [match?.[1], match?.[2]];
    if (module === undefined || (kind === 'magnitude_vector' && !config.use_dora)) {
      throw new GraphError('bad-input', `${tensors}: "${name}" is no factor of a linear map`, {
        location: { file: tensors },
      });
    }
    const pair = factors.get(module) ?? {};
    const factor = { shape: entry.shape, data: await loadWeight(sourceOf(entry), entry.shape) };
    if (kind === 'A.weight') pair.a = factor;
    else if (kind === 'B.weight') pair.b = factor;
    else pair.magnitude = factor;
    factors.set(module, pair);
  }
  const lacking = [...factors].find(([, { magnitude }]) => magnitude === undefined);
  if (config.use_dora && lacking !== undefined) {
    throw refuse(`uses DoRA, but ${lacking[0]} has no magnitudes`);
  }
  const patterned = modulePatterns(config.alpha_pattern, { file, field: 'alpha_pattern' });
  const alphaOf = (module: string): number => patterned(module) ?? config.lora_alpha;
  return {
    rankStabilized: config.use_rslora,
    base: config.base_model_name_or_path ?? undefined,
    modules: pairFactors(tensors, factors, alphaOf),
  };
}

export interface PeftDetails {
  readonly base?: string;
  readonly dropout?: number;
  /** As the user named them; default: every full path, which is always correct. */
  readonly targets?: readonly string[];
}

/** Writes an adapter folder that PEFT loads. */
export async function writePeftAdapter(
  folder: string,
  adapter: Adapter,
  details: PeftDetails = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const modules = [...adapter.modules];
  const dora = isDora(adapter);
  const rank = mostFrequent(modules.map(([, module]) => module.rank));
  const alpha = mostFrequent(modules.map(([, module]) => module.alpha));
  const departing = (key: 'rank' | 'alpha', usual: number): Record<string, number> =>
    Object.fromEntries(
      modules.flatMap(([name, module]) =>
        module[key] === usual ? [] : [[name.replaceAll('.', '\\.'), module[key]]],
      ),
    );
  const config = {
    alpha_pattern: departing('alpha', alpha),
    auto_mapping: null,
    base_model_name_or_path: details.base ?? adapter.base ?? null,
    bias: 'none',
    exclude_modules: null,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: alpha,
    lora_dropout: details.dropout ?? 0,
    modules_to_save: null,
    peft_type: 'LORA',
    r: rank,
    rank_pattern: departing('rank', rank),
    revision: null,
    target_modules: details.targets ?? modules.map(([name]) => name),
    task_type: 'CAUSAL_LM',
    use_dora: dora,
    use_rslora: adapter.rankStabilized,
  };
  await writePeftTensors(folder, adapter);
  await writeFile(path.join(folder, peftConfig), `${JSON.stringify(config, null, 2)}\n`);
}

/** Writes the tensors of an adapter folder without its configuration, in the given encoding. */
export async function writePeftTensors(
  folder: string,
  adapter: Adapter,
  encoding: 'f32' | 'f16' = 'f32',
): Promise<void> {
  await writeSafetensors(
    path.join(folder, peftTensors),
    [...adapter.modules].flatMap(([name, { a, b, magnitude, inputs, outputs, rank: own }]) => [
      { name: `${prefix}${name}.lora_A.weight`, shape: [own, inputs], data: a },
      { name: `${prefix}${name}.lora_B.weight`, shape: [outputs, own], data: b },
      ...(magnitude === undefined
        ? []
        : [
            {
              name: `${prefix}${name}.lora_magnitude_vector`,
              shape: [outputs],
              data: magnitude,
            },
          ]),
    ]),
    { encoding },
  );
}

/** The most frequent value; 1 without any. */
export function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0])[0];
}
