import { GraphError, type WeightedAdapter } from '@graft/graph';
import { isDora, scaleOf, type Adapter } from '../adapters/adapter.ts';
import { mergeAdapters } from '../adapters/merge-adapters.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import {
  factorNames,
  magnitudeName,
  targetModules,
  type LoraSpec,
} from '../architectures/lora-spec.ts';
import type { ModelConfig } from '../architectures/model-config.ts';

/** Adapters as inputs of a program. */
export interface AdapterFeeds {
  /** Absent: there are no adapters. */
  readonly lora?: LoraSpec;
  /** Trainable inputs of the program by name. */
  readonly feeds: Readonly<Record<string, Float32Array>>;
}

/**
 * Combines adapter folders, each times its weight, into one addition to a base. Throws `bad-input` for a DoRA adapter
 * unless it is alone, at weight 1: its effect depends on the base's weights, so there is no sum.
 */
export async function adapterFeeds(
  config: ModelConfig,
  adapters: readonly WeightedAdapter[],
  signal: AbortSignal,
): Promise<AdapterFeeds> {
  const loaded = [];
  for (const { path: folder, info, weight } of adapters) {
    loaded.push({ name: info.id, adapter: await readPeftAdapter(folder), weight });
  }
  const [first] = loaded;
  if (first === undefined) return { feeds: {} };
  const dora = loaded.find(({ adapter }) => isDora(adapter));
  if (dora === undefined) {
    const merged = await mergeAdapters(loaded, { method: 'cat' }, signal);
    return feedsOf(config, merged, 'lora');
  }
  if (loaded.length > 1 || dora.weight !== 1) {
    throw new GraphError(
      'bad-input',
      `"${dora.name}" is a DoRA adapter, which is used alone and at weight 1; merge it into its base first`,
    );
  }
  return feedsOf(config, dora.adapter, 'dora');
}

/** Every module with its own rank and alpha: their scales go into B. */
function feedsOf(config: ModelConfig, adapter: Adapter, kind: 'lora' | 'dora'): AdapterFeeds {
  const modules = new Map([...adapter.modules].map(([path, { rank }]) => [path, rank]));
  const scaleOne = { rank: 1, alpha: 1, rankStabilized: false };
  const lora = { ...scaleOne, modules, targets: [], dora: kind === 'dora' };
  const feeds: Record<string, Float32Array> = {};
  for (const { path } of targetModules(config, lora)) {
    const module = adapter.modules.get(path);
    if (module === undefined) continue;
    const [a, b] = factorNames(path);
    const scale = scaleOf(adapter, module);
    feeds[a] = module.a;
    feeds[b] = scale === 1 ? module.b : module.b.map((x) => x * scale);
    if (module.magnitude !== undefined) feeds[magnitudeName(path)] = module.magnitude;
  }
  return { lora, feeds };
}
