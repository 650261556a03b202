import { GraphError, isInnerPath } from '@graft/graph';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readGguf } from '../formats/gguf-reader.ts';
import { readLlama2c } from '../formats/llama2c.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf, type TensorEntry, type TensorEntries } from '../formats/tensor-file.ts';
import type { WeightLookup } from '../ir/executor.ts';
import { checkTensors } from './check-tensors.ts';
import { architectureOf } from './description.ts';
import { readGgufConfig } from './gguf-config.ts';
import { readHfConfig } from './hf-config.ts';
import type { ModelConfig, WeightLayout } from './model-config.ts';
import { toGgufName } from './tensor-names.ts';
import { weightShapes } from './weight-shapes.ts';

/** Tensors derived from the config, which `forward.ts` derives itself: safe to ignore. */
const derived = /(?:^|\.)(?:rotary_emb\.inv_freq|attn_rot_embd\.weight)$|^rope_freqs\.weight$/;

/** A base model on disk: its config, and the location of each weight by published name. */
export interface BaseModel {
  readonly config: ModelConfig;
  readonly layout: WeightLayout;
  /** The files that hold the weights, for digests. */
  readonly files: readonly string[];
  readonly entry: (name: string) => TensorEntry | undefined;
  readonly weights: WeightLookup;
}

/** Opens a `.gguf` file, a llama2.c `.bin` file, or a folder with config.json and safetensors. */
export async function openBaseModel(location: string): Promise<BaseModel> {
  const info = await stat(location).catch(() => undefined);
  if (info === undefined) {
    throw new GraphError('missing-file', `${location} does not exist`, {
      location: { file: location },
    });
  }
  if (info.isDirectory()) return openFolder(location);
  if (location.endsWith('.bin')) return openLlama2c(location);
  const file = await readGguf(location);
  const config = await readGgufConfig(file);
  const { architecture } = config;
  return fromEntries({
    config,
    layout: { pairedRows: architecture.pairedRowsInGguf, gainLessOne: false },
    files: [location],
    names: file.tensors.keys(),
    entry: (name) => file.tensors.get(toGgufName(architecture, name) ?? ''),
  });
}

async function openFolder(folder: string): Promise<BaseModel> {
  const config = await readHfConfig(path.join(folder, 'config.json'));
  const index = path.join(folder, 'model.safetensors.index.json');
  const text = await readFile(index, 'utf8').catch(() => undefined);
  const shards = text === undefined ? ['model.safetensors'] : shardsOf(text, index);
  const tensors = new Map<string, TensorEntry>();
  const outside = shards.find((shard) => !isInnerPath(shard));
  if (outside !== undefined) {
    throw new GraphError(
      'unsafe-path',
      `${index} names the file ${JSON.stringify(outside.slice(0, 200))}, which is not inside its folder. Do not use the model.`,
      { location: { file: index } },
    );
  }
  const files = shards.map((shard) => path.join(folder, shard));
  for (const file of files) {
    for (const [name, entry] of (await readSafetensors(file)).tensors) tensors.set(name, entry);
  }
  return fromEntries({
    config,
    layout: { pairedRows: false, gainLessOne: config.architecture.gainLessOne },
    files,
    names: tensors.keys(),
    entry: (name) => tensors.get(name),
  });
}

function shardsOf(text: string, file: string): readonly string[] {
  try {
    const schema = z.object({ weight_map: z.record(z.string(), z.string()) });
    return [...new Set(Object.values(schema.parse(JSON.parse(text)).weight_map))].sort();
  } catch (cause) {
    throw new GraphError('bad-model', `${file} does not list the model's files`, {
      location: { file },
      cause,
    });
  }
}

async function openLlama2c(location: string): Promise<BaseModel> {
  const file = await readLlama2c(location);
  const architecture = architectureOf('gguf', 'llama', location);
  const rope = { base: 10_000, scaling: { kind: 'none' } } as const;
  const headWidth = file.dimension / file.heads;
  const tensors: TensorEntries = file.tensors;
  return fromEntries({
    config: {
      architecture,
      vocabulary: file.vocabulary,
      width: file.dimension,
      hiddenWidth: file.hiddenDimension,
      layers: file.layers,
      heads: file.heads,
      kvHeads: file.kvHeads,
      headWidth,
      context: file.context,
      normEpsilon: 1e-5,
      biases: [],
      tiedHead: file.tiedHead,
      rope,
      localRope: rope,
      slidingWindow: undefined,
      sliding: new Array<boolean>(file.layers).fill(false),
      attentionScale: headWidth ** -0.5,
      attentionSoftCap: undefined,
      logitSoftCap: undefined,
    },
    layout: { pairedRows: true, gainLessOne: false },
    files: [location],
    names: tensors.keys(),
    entry: (name) => tensors.get(toGgufName(architecture, name) ?? ''),
  });
}

function fromEntries({
  names,
  ...model
}: Omit<BaseModel, 'weights'> & { readonly names: Iterable<string> }): BaseModel {
  const [location = ''] = model.files;
  const { config, entry } = model;
  // A tied head that the file also contains equals the embedding.
  const tied = config.tiedHead ? entry('lm_head.weight')?.name : undefined;
  checkTensors(
    {
      family: config.architecture.name,
      shapes: weightShapes(config),
      spare: (name) => name === tied || derived.test(name),
    },
    { location, names, entry },
  );
  return {
    ...model,
    weights: (name) => {
      const found = entry(name);
      return found === undefined ? undefined : sourceOf(found);
    },
  };
}
