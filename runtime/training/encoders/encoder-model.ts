import { GraphError } from '@graft/graph';
import path from 'node:path';
import { checkTensors } from '../architectures/check-tensors.ts';
import { readOnnxFile } from '../formats/onnx-file.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import type { WeightLookup } from '../ir/executor.ts';
import { encoderWeightShapes, readEncoderConfig, type EncoderConfig } from './encoder-config.ts';
import { onnxWeights, type HeldWeight } from './onnx-weights.ts';

/** An encoder on disk: its sizes, and its weights by published name. */
export interface EncoderModel {
  readonly config: EncoderConfig;
  /** The files that hold the weights, for digests. */
  readonly files: readonly string[];
  readonly weights: WeightLookup;
}

/** Opens a folder with config.json; `weights` is the path of its `.safetensors` or `.onnx` file in the folder. */
export async function openEncoder(folder: string, weights: string): Promise<EncoderModel> {
  const config = await readEncoderConfig(path.join(folder, 'config.json'));
  const location = path.join(folder, weights);
  const { files, held } = await readWeights(location);
  const found = [...held.values()];
  checkTensors(
    { family: 'bert', shapes: encoderWeightShapes(config), spare: () => false },
    { location, names: found.map(({ name }) => name), entry: (name) => held.get(name) },
  );
  return { config, files, weights: (name) => held.get(name)?.source };
}

/** Weights that the hidden states do not depend on: heads, and position ids. */
const unread = /^(?:pooler|cls)\.|^embeddings\.position_ids$/;

async function readWeights(
  location: string,
): Promise<{ files: readonly string[]; held: ReadonlyMap<string, HeldWeight> }> {
  if (location.endsWith('.onnx')) {
    const file = await readOnnxFile(location);
    return { files: file.files, held: await onnxWeights(file) };
  }
  if (!location.endsWith('.safetensors')) {
    throw new GraphError(
      'bad-model',
      `${location} is neither safetensors nor ONNX, of which weights of an encoder can be read`,
      { location: { file: location } },
    );
  }
  const held = new Map<string, HeldWeight>();
  for (const [name, entry] of (await readSafetensors(location)).tensors) {
    // Models with a head keep the encoder under this prefix.
    const published = name.replace(/^bert\./, '');
    if (unread.test(published)) continue;
    held.set(published, { name, shape: entry.shape, source: sourceOf(entry) });
  }
  return { files: [location], held };
}
