import { GraphError, type WeightedAdapter } from '@graft/graph';
import { isDora, type Adapter, type AdapterModule } from '../adapters/adapter.ts';
import { mergeAdapters } from '../adapters/merge-adapters.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import {
  factorNames,
  magnitudeName,
  targetModules,
  type LoraSpec,
} from '../architectures/lora-spec.ts';
import { linearKinds, type ModelConfig } from '../architectures/model-config.ts';

/** Adapters as a program takes them. */
export interface AdapterFeeds {
  /** Absent: there are no adapters. */
  readonly lora?: LoraSpec;
  /** Trainable inputs of the program by name. */
  readonly feeds: Readonly<Record<string, Float32Array>>;
}

/**
 * Adapter folders, each times its weight, as one addition to a base. Throws `bad-input` for a DoRA adapter that is not
 * alone, at weight 1, on all layers: what it adds depends on the base's weights, so that there is no sum.
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

function feedsOf(config: ModelConfig, adapter: Adapter, kind: 'lora' | 'dora'): AdapterFeeds {
  const modules = [...adapter.modules.values()];
  const rank = Math.max(...modules.map((module) => module.rank));
  const changed = new Set([...adapter.modules.keys()].map((name) => name.split('.').at(-1)));
  const targets = linearKinds.filter((one) => changed.has(one));
  const alpha = modules[0]?.alpha ?? rank;
  const { rankStabilized } = adapter;
  const lora = { rank, alpha, rankStabilized, targets, dora: kind === 'dora' };
  const feeds: Record<string, Float32Array> = {};
  for (const { path, inputs, outputs } of targetModules(config, lora)) {
    const module = adapter.modules.get(path);
    const [a, b] = factorNames(path);
    feeds[a] = new Float32Array(rank * inputs);
    feeds[b] = new Float32Array(outputs * rank);
    if (module !== undefined) {
      feeds[a].set(module.a);
      feeds[b].set(widened(module, rank));
    }
    if (kind === 'dora') {
      feeds[magnitudeName(path)] = magnitudeOf(module, { path, rank, alpha });
    }
  }
  return { lora, feeds };
}

/** B filled up with columns of zeros. */
function widened({ b, rank, outputs }: AdapterModule, wide: number): Float32Array {
  const result = new Float32Array(outputs * wide);
  for (let o = 0; o < outputs; o++) result.set(b.subarray(o * rank, (o + 1) * rank), o * wide);
  return result;
}

function magnitudeOf(
  module: AdapterModule | undefined,
  usual: { readonly path: string; readonly rank: number; readonly alpha: number },
): Float32Array {
  const { magnitude } = module ?? {};
  if (magnitude !== undefined && module?.rank === usual.rank && module.alpha === usual.alpha) {
    return magnitude;
  }
  throw new GraphError(
    'bad-input',
    `The DoRA adapter treats ${usual.path} unlike other modules; merge it into its base first`,
  );
}
