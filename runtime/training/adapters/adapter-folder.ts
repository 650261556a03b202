import { adapterGguf, type AdapterInfo } from '@graft/graph';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { architectureOf, linearKinds } from '../architectures/description.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { parameterCount } from '../architectures/weight-shapes.ts';
import { isDora, type Adapter, inModelOrder, placeOf } from './adapter.ts';
import { writeGgufAdapter } from './gguf-adapter.ts';
import { mostFrequent, writePeftAdapter } from './peft.ts';
import { normOf, spectrumOf } from './spectrum.ts';

/** The base model of an adapter. */
export interface AdapterBase {
  /** Id in the catalogue or the model artifact, and the digest of its weights. */
  readonly id: string;
  readonly digest: string;
  readonly config: Pick<ModelConfig, 'architecture' | 'heads' | 'kvHeads'>;
  readonly parameters: number;
}

export function adapterBase(
  model: { readonly id: string; readonly digest: string },
  config: ModelConfig,
): AdapterBase {
  const { id, digest } = model;
  return { id, digest, config, parameters: parameterCount(config) };
}

/** The base of an existing adapter, without the base's files. */
export function recordedBase({ base, baseParameters }: AdapterInfo, file: string): AdapterBase {
  const { id, digest, architecture: name, heads, kvHeads } = base;
  const architecture = architectureOf('gguf', name, file);
  return { id, digest, config: { architecture, heads, kvHeads }, parameters: baseParameters };
}

export interface AdapterTarget {
  /** Created if missing. */
  readonly folder: string;
  /** Name for people. */
  readonly id: string;
  /** Dropout of its training, for the record. */
  readonly dropout?: number;
  readonly signal: AbortSignal;
}

/**
 * Writes an adapter folder: a PEFT folder with `adapter.gguf` for llama.cpp (except for DoRA). Returns the content of
 * `graft.json`. Computes norms and spectra from the factors, without a full matrix.
 */
export async function writeAdapterFolder(
  adapter: Adapter,
  base: AdapterBase,
  target: AdapterTarget,
): Promise<AdapterInfo> {
  const info = await adapterInfo(adapter, base, target);
  const { dropout } = target;
  await writePeftAdapter(target.folder, adapter, {
    base: base.id,
    ...(dropout === undefined ? {} : { dropout }),
  });
  if (!isDora(adapter)) {
    await writeGgufAdapter(path.join(target.folder, adapterGguf), adapter, base.config);
  }
  return info;
}

/** Facts of an adapter and of each module's ΔW = s·B·A; under DoRA before rows are scaled. */
export async function adapterInfo(
  adapter: Adapter,
  base: AdapterBase,
  { id, signal }: Pick<AdapterTarget, 'id' | 'signal'>,
): Promise<AdapterInfo> {
  const found: AdapterInfo['modules'] = [];
  for (const name of inModelOrder(adapter.modules.keys())) {
    const module = adapter.modules.get(name);
    if (module === undefined) continue;
    signal.throwIfAborted();
    const spectrum = spectrumOf(adapter, module);
    found.push({ path: name, ...placeOf(name), norm: normOf(spectrum), spectrum });
    await setImmediate();
  }
  const modules = [...adapter.modules.values()];
  const kinds = new Set(found.map(({ kind }) => kind));
  return {
    id,
    base: {
      ...{ id: base.id, digest: base.digest, architecture: base.config.architecture.gguf },
      ...{ heads: base.config.heads, kvHeads: base.config.kvHeads },
    },
    method: isDora(adapter) ? 'dora' : adapter.rankStabilized ? 'rslora' : 'lora',
    rank: mostFrequent(modules.map(({ rank }) => rank)),
    alpha: mostFrequent(modules.map(({ alpha }) => alpha)),
    targets: linearKinds.filter((kind) => kinds.has(kind)),
    parameters: modules.reduce(
      (sum, { a, b, magnitude }) => sum + a.length + b.length + (magnitude?.length ?? 0),
      0,
    ),
    baseParameters: base.parameters,
    modules: found,
  };
}
